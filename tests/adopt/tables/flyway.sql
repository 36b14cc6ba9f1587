-- SPDX-License-Identifier: Apache-2.0
--
-- The table that Flyway 9.22.3 wrote when it applied sets/flyway
-- (pg_dump --inserts).
CREATE TABLE public.flyway_schema_history (
    installed_rank integer NOT NULL,
    version character varying(50),
    description character varying(200) NOT NULL,
    type character varying(20) NOT NULL,
    script character varying(1000) NOT NULL,
    checksum integer,
    installed_by character varying(100) NOT NULL,
    installed_on timestamp without time zone DEFAULT now() NOT NULL,
    execution_time integer NOT NULL,
    success boolean NOT NULL
);
INSERT INTO public.flyway_schema_history VALUES (1, '1', 'users', 'SQL', 'V1__users.sql', 96351425, 'postgres', '2026-11-21 11:39:08.49975', 54, true);
INSERT INTO public.flyway_schema_history VALUES (2, '1.1', 'clients', 'SQL', 'V1.1__clients.sql', 722619171, 'postgres', '2026-11-21 11:39:08.749662', 110, true);
INSERT INTO public.flyway_schema_history VALUES (3, '2', 'team', 'SQL', 'V2__team.sql', 102582496, 'postgres', '2026-11-21 11:39:08.962657', 5, true);
ALTER TABLE ONLY public.flyway_schema_history
    ADD CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank);
CREATE INDEX flyway_schema_history_s_idx ON public.flyway_schema_history USING btree (success);
