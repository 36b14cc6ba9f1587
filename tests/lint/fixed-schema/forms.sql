-- options: fixed-schema=warn
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION hstore SCHEMA public;
CREATE SCHEMA IF NOT EXISTS app;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN app.email AS text;
CREATE FUNCTION app.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW app.v AS SELECT 1 AS a;
INSERT INTO app.names (name) VALUES ('a');
DROP FUNCTION app.one();
DROP VIEW app.v;
