DO $do$
BEGIN
  BEGIN
    ALTER TABLE users
      ADD COLUMN a int,
      DROP COLUMN b;
  EXCEPTION WHEN undefined_column THEN
    NULL;
  END;
END
$do$;
