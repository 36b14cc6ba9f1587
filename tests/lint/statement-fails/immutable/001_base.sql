CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, ts timestamp, tz timestamptz, d date, j jsonb, g int GENERATED ALWAYS AS (1) STORED);
CREATE FUNCTION inlined(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION stable_one(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION made_immutable(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
ALTER FUNCTION made_immutable(int) IMMUTABLE;
CREATE FUNCTION format(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE DOMAIN moment AS timestamptz;
CREATE TABLE dt (id bigint PRIMARY KEY, m moment, ms timestamptz[]);
CREATE TABLE later (id bigint PRIMARY KEY, tz timestamptz);
