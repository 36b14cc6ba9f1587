-- options: postgres=12
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 150000 THEN
    MERGE INTO stock s USING deliveries d ON s.id = d.id WHEN NOT MATCHED THEN INSERT VALUES (d.id);
  END IF;
END $$;
WITH w AS MATERIALIZED (SELECT 1) SELECT * FROM w;
