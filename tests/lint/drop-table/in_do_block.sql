DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_tables WHERE tablename = 'users') THEN
    DROP TABLE users;
  END IF;
  EXECUTE 'DROP TABLE "it''s"';
  EXECUTE 'SELECT ''é''; DROP TABLE sessions';
END
$$;
