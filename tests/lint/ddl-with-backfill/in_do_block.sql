ALTER TABLE users ADD COLUMN plan text;
DO $$
BEGIN
  UPDATE users SET plan = 'free' WHERE plan IS NULL;
END
$$;
