-- Idempotency: YES
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'h') THEN
    CREATE TYPE g1 AS ENUM ('a');
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'other') THEN
    ALTER TABLE a ADD CONSTRAINT k CHECK (x > 0) NOT VALID;
  END IF;
END $$;
DO $$ BEGIN
  IF to_regclass('other') IS NULL THEN
    CREATE TABLE b (id int);
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'g2' AND false) THEN
    CREATE TYPE g2 AS ENUM ('a');
  END IF;
END $$;
DO $$ BEGIN
  -- Folded to lower case when it is made.
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'G3') THEN
    CREATE TYPE G3 AS ENUM ('a');
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname <> 'g4') THEN
    CREATE TYPE g4 AS ENUM ('a');
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM t) THEN
    INSERT INTO u VALUES (1);
  END IF;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a') THEN
    ALTER TABLE a RENAME COLUMN old TO new;
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns
                 WHERE table_name = 'other' AND column_name = 'c') THEN
    ALTER TABLE a ADD COLUMN c int;
  END IF;
END $$;
DO $$ BEGIN
  PERFORM 1 FROM pg_type WHERE typname = 'h';
  IF NOT FOUND THEN
    CREATE TYPE g5 AS ENUM ('a');
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'g6')
     OR NOT EXISTS (SELECT FROM pg_type WHERE typname = 'h') THEN
    CREATE TYPE g6 AS ENUM ('a');
  END IF;
END $$;
UPDATE t SET a = my_counter();
WITH x AS (INSERT INTO log VALUES (1) RETURNING id) DELETE FROM t USING x WHERE t.id = x.id;
