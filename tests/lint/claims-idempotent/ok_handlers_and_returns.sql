-- Idempotency: YES
DO $$ BEGIN
  CREATE TABLE a (id int);
EXCEPTION WHEN duplicate_table THEN NULL;
END $$;
DO $$ BEGIN
  ALTER TABLE a ADD CONSTRAINT k UNIQUE (id);
EXCEPTION WHEN duplicate_table OR duplicate_object THEN RAISE NOTICE 'there';
END $$;
DO $$ BEGIN
  ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0);
EXCEPTION WHEN SQLSTATE '42710' THEN NULL;
END $$;
DO $$ BEGIN
  ALTER TABLE a ADD COLUMN x int;
EXCEPTION WHEN duplicate_column THEN NULL;
END $$;
DO $$ BEGIN
  CREATE SCHEMA crm;
EXCEPTION WHEN OTHERS THEN NULL;
END $$;
DO $$ BEGIN
  CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
EXCEPTION WHEN syntax_error_or_access_rule_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN
    RAISE NOTICE 'there';
    RETURN;
  END IF;
  CREATE TYPE mood AS ENUM ('sad');
END $$;
DO $$
DECLARE
  is_there boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'app');
BEGIN
  IF is_there THEN
    RETURN;
  END IF;
  CREATE ROLE app;
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP
    IF EXISTS (SELECT FROM pg_policies WHERE tablename = t) THEN
      CONTINUE;
    END IF;
    EXECUTE format('CREATE POLICY p ON %I', t);
  END LOOP;
END $$;
