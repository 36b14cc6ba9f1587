CREATE TYPE address AS (street text, zip int);
CREATE TYPE unused AS (street text, zip int);
CREATE TABLE people (id bigint PRIMARY KEY, home address, a int, b int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE OF a ON people FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE made (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE keyed (id int PRIMARY KEY, other int NOT NULL);
