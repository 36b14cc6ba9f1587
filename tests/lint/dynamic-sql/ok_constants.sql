-- options: drop-table=off truncate=off multi-table-lock=off statement-after-exclusive-lock=off alter-column-type=off drop-fk-locks-both=off
DO $$
DECLARE
  t text;
  r record;
  n int;
  tables text[] := ARRAY['c', 'd'];
  one CONSTANT text := 'e';
  command text;
BEGIN
  EXECUTE format('TRUNCATE %I', 'a');
  EXECUTE 'DROP TABLE ' || quote_ident('users') || ';';
  EXECUTE format('ALTER TABLE %2$I.%1$I ADD COLUMN x text DEFAULT %3$L', 'b', 'public', 'it''s');
  EXECUTE concat('DROP TABLE ', one);
  FOREACH t IN ARRAY ARRAY['f', 'g']::text[] LOOP
    command := format('DROP TABLE %I', t);
    EXECUTE command;
  END LOOP;
  FOREACH t IN ARRAY tables LOOP
    EXECUTE 'DROP TABLE ' || t;
  END LOOP;
  FOR t IN SELECT unnest(string_to_array('h,i', ',')) LOOP
    EXECUTE format('DROP TABLE %s', t::regclass);
  END LOOP;
  FOR r IN SELECT name FROM (VALUES ('j'), ('k')) AS listed(name) LOOP
    EXECUTE format('DROP TABLE %I', r.name);
  END LOOP;
  FOR n IN 1..array_length(tables, 1) LOOP
    EXECUTE format('DROP TABLE IF EXISTS part_%s, %I', n, tables[n]);
  END LOOP;
END $$;
