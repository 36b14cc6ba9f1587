-- options: dynamic-sql=warn
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP
    EXECUTE format('CREATE TABLE %I (id int)', t);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN id TYPE bigint', t);
  END LOOP;
END $$;
