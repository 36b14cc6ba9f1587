SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY i ON users (id);
COMMENT ON INDEX i IS 'for the search';
