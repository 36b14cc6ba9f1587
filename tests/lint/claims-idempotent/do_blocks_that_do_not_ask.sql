-- Idempotency: YES
DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('sad');
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN
    CREATE TYPE mood2 AS ENUM ('sad');
  END IF;
END $$;
DO $$ BEGIN
  EXECUTE 'CREATE TABLE ' || quote_ident(current_user) || ' (id int)';
END $$;
DO $$ BEGIN
  CREATE ROLE app;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
