-- godwit:allow(dynamic-sql) one index for each view
DO $$
BEGIN
  EXECUTE format('CREATE UNIQUE INDEX ON %I (x)', 'tot' || lower(left(current_user, 0)) || 'als');
END $$;
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
