DO $$
BEGIN
  EXECUTE 'COMMIT';
END $$;
DO $$
BEGIN
  IF current_user = 'root' THEN
    EXECUTE 'ROLLBACK';
  END IF;
END $$;
