SET check_function_bodies = off;
CREATE FUNCTION unchecked() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM nowhere';
