-- Transaction: none
CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (id);
