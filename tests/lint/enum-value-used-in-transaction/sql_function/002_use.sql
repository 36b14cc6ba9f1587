ALTER TYPE mood ADD VALUE 'glad';
CREATE FUNCTION checked() RETURNS mood LANGUAGE sql AS $$ SELECT 'glad'::mood $$;
CREATE FUNCTION later() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'glad'::mood; END $$;
CREATE FUNCTION other() RETURNS mood LANGUAGE sql AS $$ SELECT 'sad'::mood $$;
