CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TABLE users (id bigserial PRIMARY KEY, m mood[], e email, c citext, h public.hstore, v vector(3), g geometry(Point, 4326),
  r int4range, t timestamp(3) with time zone, n numeric(10, 2), j jsonb, i interval, b bit varying(3), x "char", o regclass, nm name);
CREATE TABLE copies (id bigint PRIMARY KEY, u users, t legacy_type);
SELECT 'sad'::mood, '1'::pg_lsn, 'x'::pg_catalog.text;
DROP TYPE IF EXISTS nothing;
