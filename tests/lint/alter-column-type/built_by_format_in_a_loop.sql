DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN id TYPE bigint', t);
  END LOOP;
END $$;
