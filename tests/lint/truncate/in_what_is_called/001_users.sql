CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE cache (id bigint PRIMARY KEY);
CREATE TABLE events (id bigint PRIMARY KEY);
CREATE FUNCTION refill() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE users;
  RETURN true;
END $$;
CREATE FUNCTION clear_cache() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE cache;
  RETURN NULL;
END $$;
CREATE TRIGGER clears AFTER INSERT OR DELETE ON events EXECUTE FUNCTION clear_cache();
