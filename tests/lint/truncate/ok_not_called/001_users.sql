CREATE TABLE users (id bigint PRIMARY KEY, name text, at timestamptz);
CREATE TABLE cache (id bigint PRIMARY KEY);
-- Named like PostgreSQL's own, with other arguments.
CREATE FUNCTION count(of int) RETURNS int LANGUAGE sql AS 'TRUNCATE users; SELECT 1';
CREATE FUNCTION now(of int) RETURNS timestamptz LANGUAGE sql AS 'TRUNCATE users; SELECT clock_timestamp()';
CREATE FUNCTION clear_cache() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE cache;
  RETURN NULL;
END $$;
CREATE TRIGGER clears AFTER UPDATE OF name ON users EXECUTE FUNCTION clear_cache();
CREATE TRIGGER off AFTER DELETE ON users EXECUTE FUNCTION clear_cache();
ALTER TABLE users DISABLE TRIGGER off;
