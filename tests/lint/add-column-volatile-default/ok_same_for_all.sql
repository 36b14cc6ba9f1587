CREATE FUNCTION steady() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE users
  ADD COLUMN a timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN b timestamptz DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN c jsonb NOT NULL DEFAULT '{}'::jsonb,
  ADD COLUMN d text[] DEFAULT ARRAY[]::text[],
  ADD COLUMN e date DEFAULT (now() AT TIME ZONE 'utc')::date,
  ADD COLUMN f text DEFAULT upper('x') || md5('y'),
  ADD COLUMN g int DEFAULT steady(),
  ADD COLUMN h jsonb DEFAULT jsonb_build_object('a', 1);
CREATE TABLE t (a int);
ALTER TABLE t ADD COLUMN b uuid DEFAULT gen_random_uuid();
