-- options: drop-table=off
CREATE FUNCTION drop_one(wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP TABLE %I', wanted);
END $$;
SELECT drop_one('a');
DO $$
DECLARE
  t text := 'a';
  u text := 'b';
  tables text[] := ARRAY['a'];
BEGIN
  IF current_user = 'root' THEN
    t := 'b';
  END IF;
  EXECUTE 'DROP TABLE ' || t;
  SELECT relname INTO STRICT u FROM pg_class LIMIT 1;
  EXECUTE 'DROP TABLE ' || u;
  FOR t IN SELECT tablename FROM pg_tables LOOP
    EXECUTE 'DROP TABLE ' || t;
  END LOOP;
  tables[1] := current_user;
  FOREACH t IN ARRAY tables LOOP
    EXECUTE 'DROP TABLE ' || t;
  END LOOP;
  FOR t IN VALUES ('a'), ('b') LOOP
    t := t || current_user;
    EXECUTE 'DROP TABLE ' || t;
  END LOOP;
  EXECUTE format('DROP TABLE %-10s', 'a');
  EXECUTE upper('drop table a');
  -- What is built is no SQL: so it was not understood.
  EXECUTE format('DROP %s', 'a');
END $$;
