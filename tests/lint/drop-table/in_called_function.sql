CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  n integer;
BEGIN
  SELECT count(*) INTO n FROM old_users;
  IF n = 0 THEN
    DROP TABLE old_users;
  END IF;
END
$body$;
CREATE FUNCTION clean_sessions() RETURNS void LANGUAGE sql AS 'DROP TABLE sessions';
SELECT clean();
DO $$ BEGIN PERFORM clean_sessions(); END $$;
