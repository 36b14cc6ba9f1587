-- godwit:allow(dynamic-sql) the names were made up by the server
DO $$
DECLARE
  c record;
BEGIN
  FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'old'::regclass LOOP
    EXECUTE format('ALTER TABLE old DROP CONSTRAINT %I', c.conname);
  END LOOP;
END $$;
DROP INDEX IF EXISTS old_a;
