CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE old_users; END $$;
