DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables LOOP
    EXECUTE format('ALTER TABLE %I OWNER TO shop', t);
    -- godwit:allow(dynamic-sql) only ANALYZE
    EXECUTE 'ANALYZE ' || t;
  END LOOP;
END $$;
