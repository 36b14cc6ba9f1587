-- Idempotency: YES
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                 WHERE lower(t.typname) = 'g' AND n.nspname NOT IN ('pg_catalog', 'information_schema')) THEN
    CREATE TYPE g AS ENUM ('a');
    -- Runs with the type or not at all.
    CREATE TYPE h AS ENUM ('a');
    CREATE TABLE uses_both (a g, b h);
    INSERT INTO uses_both VALUES ('a', 'a');
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = 'a' AND column_name = 'c') THEN
    ALTER TABLE a ADD COLUMN c int, ADD COLUMN d int;
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.a'::regclass
             AND attname = 'old' AND NOT attisdropped) THEN
    ALTER TABLE a RENAME COLUMN old TO new;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname IN ('k1', 'k2') AND conrelid = 'a'::regclass) THEN
    ALTER TABLE a ADD CONSTRAINT k1 CHECK (c > 0) NOT VALID;
  END IF;
  IF NOT EXISTS (SELECT FROM information_schema.table_constraints
                 WHERE table_name = 'a' AND constraint_type = 'PRIMARY KEY') THEN
    ALTER TABLE a ADD PRIMARY KEY (c);
  END IF;
  IF to_regclass('public."B"') IS NULL THEN
    CREATE TABLE "B" (id int);
  END IF;
  IF 'r' NOT IN (SELECT rolname FROM pg_roles) THEN
    CREATE ROLE r;
  END IF;
  PERFORM 1 FROM pg_trigger WHERE tgname = 'tr' AND tgrelid = 'a'::regclass;
  IF NOT FOUND THEN
    CREATE TRIGGER tr BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();
  END IF;
  IF EXISTS (SELECT FROM pg_policies WHERE policyname = 'p') THEN
    RETURN;
  END IF;
  CREATE POLICY p ON a;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM u WHERE id = 1) THEN
    INSERT INTO u VALUES (1);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'x1')
     OR NOT EXISTS (SELECT FROM pg_type WHERE typname = 'x2') THEN
    CREATE TYPE x1 AS ENUM ('a');
    CREATE TYPE x2 AS ENUM ('a');
  END IF;
END $$;
UPDATE t SET a = regexp_replace(lower(b), ' ', '-'), c = jsonb_set(d, '{x}', '1');
