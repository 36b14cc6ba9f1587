CREATE TABLE users (id bigint PRIMARY KEY);
CREATE FUNCTION now(of int) RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';
