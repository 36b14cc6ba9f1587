CREATE TABLE IF NOT EXISTS schema_migrations (version bigint);
ALTER TABLE public.schema_migrations ADD COLUMN dirty boolean;
ALTER TABLE "schema_migrations" RENAME TO old_migrations;
DELETE FROM schema_migrations WHERE true;
UPDATE schema_migrations_log SET message = '' WHERE message <> '';
INSERT INTO schema_migrations VALUES (1);
TRUNCATE a, schema_migrations;
DROP TABLE b, schema_migrations;
DO $$ BEGIN DROP TABLE IF EXISTS schema_migrations; END $$;
