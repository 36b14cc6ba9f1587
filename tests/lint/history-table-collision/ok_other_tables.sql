CREATE TABLE ops.schema_migrations (version bigint);
CREATE TEMP TABLE schema_migrations (version bigint);
DROP VIEW IF EXISTS schema_migrations;
SELECT count(*) FROM public.schema_migrations;
