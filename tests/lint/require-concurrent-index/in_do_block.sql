DO $$
BEGIN
  IF to_regclass('users_email') IS NULL THEN
    CREATE INDEX users_email ON users (email);
  END IF;
END
$$;
