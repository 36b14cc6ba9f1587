CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
END $$;
CREATE FUNCTION fill_some() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'root' THEN
    COMMIT;
  END IF;
END $$;
SELECT fill();
SELECT fill_some();
