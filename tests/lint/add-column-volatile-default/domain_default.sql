CREATE DOMAIN dd AS uuid DEFAULT gen_random_uuid();
CREATE DOMAIN fixed AS int DEFAULT 5;
ALTER TABLE t ADD COLUMN x dd;
ALTER TABLE t ADD COLUMN y fixed;
ALTER TABLE t ADD COLUMN z dd DEFAULT NULL;
ALTER TABLE t ADD COLUMN n timestamptz DEFAULT myschema.now();
ALTER TABLE t ADD COLUMN m timestamptz DEFAULT pg_catalog.now();
