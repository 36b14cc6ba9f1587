-- SPDX-License-Identifier: Apache-2.0
--
-- The table that Alembic 1.8.1 wrote for the revisions that sets/alembic has as aliases: two heads
-- (pg_dump --inserts).
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
INSERT INTO public.alembic_version VALUES ('9b8c7d6e5f33');
INSERT INTO public.alembic_version VALUES ('77aa66bb55cc');
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
