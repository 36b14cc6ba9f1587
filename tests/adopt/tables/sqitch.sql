-- SPDX-License-Identifier: Apache-2.0
--
-- The registry that sqitch 1.3.1 wrote when it deployed sets/sqitch
-- (pg_dump --inserts).
CREATE SCHEMA sqitch;
CREATE TABLE sqitch.changes (
    change_id text NOT NULL,
    script_hash text,
    change text NOT NULL,
    project text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL
);
CREATE TABLE sqitch.dependencies (
    change_id text NOT NULL,
    type text NOT NULL,
    dependency text NOT NULL,
    dependency_id text,
    CONSTRAINT dependencies_check CHECK ((((type = 'require'::text) AND (dependency_id IS NOT NULL)) OR ((type = 'conflict'::text) AND (dependency_id IS NULL))))
);
CREATE TABLE sqitch.events (
    event text NOT NULL,
    change_id text NOT NULL,
    change text NOT NULL,
    project text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    requires text[] DEFAULT '{}'::text[] NOT NULL,
    conflicts text[] DEFAULT '{}'::text[] NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL,
    CONSTRAINT events_event_check CHECK ((event = ANY (ARRAY['deploy'::text, 'revert'::text, 'fail'::text, 'merge'::text])))
);
CREATE TABLE sqitch.projects (
    project text NOT NULL,
    uri text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    creator_name text NOT NULL,
    creator_email text NOT NULL
);
CREATE TABLE sqitch.releases (
    version real NOT NULL,
    installed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    installer_name text NOT NULL,
    installer_email text NOT NULL
);
CREATE TABLE sqitch.tags (
    tag_id text NOT NULL,
    tag text NOT NULL,
    project text NOT NULL,
    change_id text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL
);
INSERT INTO sqitch.changes VALUES ('ed3903e358101f1639520ffc7d842af57c61303c', 'c4615e3c53854ccec2439ec8c0ea8baf33e57f7c', 'users', 'flipr', 'Adds users.', '2026-11-21 11:40:17.405244+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:11+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.changes VALUES ('3d1fa5041659596fe78ec93bf5627768ffb982b4', 'b4eb4b550dc0bc453391bab6cfc2ef7dcb39b049', 'clients', 'flipr', 'Adds clients, "straße" \ too.
In two lines.', '2026-11-21 11:40:17.503284+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:12+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.changes VALUES ('3af81de8c874bbe747758e08392064782381a882', '09584245baf879a0037ca8bd0940897b105240ed', 'users', 'flipr', 'More users.', '2026-11-21 11:40:17.60366+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:14+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.changes VALUES ('4233843968abbbdbcd7ebcb1c92adb86e6ba8756', '11644131b4bf017e0dd49e9565cab0943843d3cc', 'team', 'flipr', 'Team', '2026-11-21 11:40:17.672204+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:14+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.dependencies VALUES ('3d1fa5041659596fe78ec93bf5627768ffb982b4', 'require', 'users', 'ed3903e358101f1639520ffc7d842af57c61303c');
INSERT INTO sqitch.dependencies VALUES ('3af81de8c874bbe747758e08392064782381a882', 'require', 'users@v1.0', 'ed3903e358101f1639520ffc7d842af57c61303c');
INSERT INTO sqitch.dependencies VALUES ('3af81de8c874bbe747758e08392064782381a882', 'require', 'clients', '3d1fa5041659596fe78ec93bf5627768ffb982b4');
INSERT INTO sqitch.dependencies VALUES ('4233843968abbbdbcd7ebcb1c92adb86e6ba8756', 'require', 'clients', '3d1fa5041659596fe78ec93bf5627768ffb982b4');
INSERT INTO sqitch.dependencies VALUES ('4233843968abbbdbcd7ebcb1c92adb86e6ba8756', 'conflict', 'other:guests', NULL);
INSERT INTO sqitch.events VALUES ('deploy', 'ed3903e358101f1639520ffc7d842af57c61303c', 'users', 'flipr', 'Adds users.', '{}', '{}', '{}', '2026-11-21 11:40:17.407622+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:11+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.events VALUES ('deploy', '3d1fa5041659596fe78ec93bf5627768ffb982b4', 'clients', 'flipr', 'Adds clients, "straße" \ too.
In two lines.', '{users}', '{}', '{@v1.0}', '2026-11-21 11:40:17.507374+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:12+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.events VALUES ('deploy', '3af81de8c874bbe747758e08392064782381a882', 'users', 'flipr', 'More users.', '{users@v1.0,clients}', '{}', '{}', '2026-11-21 11:40:17.607089+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:14+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.events VALUES ('deploy', '4233843968abbbdbcd7ebcb1c92adb86e6ba8756', 'team', 'flipr', 'Team', '{clients}', '{other:guests}', '{}', '2026-11-21 11:40:17.686571+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:14+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.projects VALUES ('flipr', 'https://github.com/sqitchers/sqitch-intro/', '2026-11-21 11:40:17.279328+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.releases VALUES (1.1, '2026-11-21 11:40:17.272982+00', 'Marge N. OâVera', 'marge@example.com');
INSERT INTO sqitch.tags VALUES ('4488edb7bb20b010cdda999b45a0812514fa141b', '@v1.0', 'flipr', '3d1fa5041659596fe78ec93bf5627768ffb982b4', 'First.', '2026-11-21 11:40:17.50634+00', 'Marge N. OâVera', 'marge@example.com', '2026-11-21 11:40:13+00', 'Marge N. OâVera', 'marge@example.com');
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (change_id);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_script_hash_key UNIQUE (project, script_hash);
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_pkey PRIMARY KEY (change_id, dependency);
ALTER TABLE ONLY sqitch.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (change_id, committed_at);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (project);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_uri_key UNIQUE (uri);
ALTER TABLE ONLY sqitch.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (version);
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (tag_id);
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_project_tag_key UNIQUE (project, tag);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_change_id_fkey FOREIGN KEY (change_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_dependency_id_fkey FOREIGN KEY (dependency_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.events
    ADD CONSTRAINT events_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_change_id_fkey FOREIGN KEY (change_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
