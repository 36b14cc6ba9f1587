-- Idempotency: YES
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN
    CREATE TYPE mood AS ENUM ('sad');
  END IF;
END $$;
DO $$ BEGIN
  CREATE TYPE mood2 AS ENUM ('sad');
EXCEPTION
  WHEN duplicate_object THEN NULL;
END $$;
DO $$
DECLARE found_it boolean;
BEGIN
  SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') INTO found_it;
  IF NOT found_it THEN
    CREATE ROLE app;
  END IF;
  IF (SELECT count(*) FROM pg_constraint WHERE conname = 'k') = 0 THEN
    ALTER TABLE a ADD CONSTRAINT k CHECK (x > 0) NOT VALID;
  END IF;
  IF to_regclass('public.b') IS NULL THEN
    CREATE TABLE b (id int);
  ELSE
    RAISE NOTICE 'there';
  END IF;
  IF EXISTS (SELECT FROM information_schema.columns WHERE column_name = 'old') THEN
    ALTER TABLE a RENAME COLUMN old TO new;
  END IF;
  IF EXISTS (SELECT FROM pg_type WHERE typname = 'mood3') THEN
    NULL;
  ELSE
    EXECUTE format('CREATE TYPE %I AS ENUM ()', 'mood3');
  END IF;
  UPDATE a SET x = 1 WHERE x = 2;
END $$;
