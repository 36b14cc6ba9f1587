CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE SCHEMA platform;
ALTER TABLE IF EXISTS nowhere ADD COLUMN a int;
DROP VIEW IF EXISTS nowhere;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'nowhere') THEN
    ALTER TABLE nowhere ADD COLUMN b int;
  END IF;
END $$;
DO $$ BEGIN
  ALTER TABLE elsewhere ADD COLUMN b int;
EXCEPTION WHEN undefined_table THEN NULL;
END $$;
CREATE TEMPORARY TABLE scratch (a int);
INSERT INTO scratch SELECT 1;
DROP TABLE scratch;
