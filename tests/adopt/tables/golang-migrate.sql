-- SPDX-License-Identifier: Apache-2.0
--
-- The table that golang-migrate 4 wrote when it applied sets/golang-migrate
-- (pg_dump --inserts).
CREATE TABLE public.schema_migrations (
    version bigint NOT NULL,
    dirty boolean NOT NULL
);
INSERT INTO public.schema_migrations VALUES (3, false);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
