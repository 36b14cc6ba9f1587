DO $$
BEGIN
  IF current_setting('server_version_num')::int > 150000 THEN
    ALTER TABLE parts ADD COLUMN a int;
  END IF;
END $$;
-- godwit:down
ALTER TABLE parts DROP COLUMN IF EXISTS a;
