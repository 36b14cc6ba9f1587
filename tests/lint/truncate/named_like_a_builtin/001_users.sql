CREATE TABLE users (id bigint PRIMARY KEY);
CREATE FUNCTION count(of int) RETURNS int LANGUAGE sql AS 'TRUNCATE users; SELECT 1';
CREATE FUNCTION now(of text) RETURNS timestamptz BEGIN ATOMIC; SELECT clock_timestamp(); END;
CREATE FUNCTION version(of text) RETURNS int LANGUAGE sql AS 'TRUNCATE users; SELECT 1';
