-- Transaction: none
CREATE INDEX CONCURRENTLY users_a ON users (a);
-- godwit:down
DROP INDEX CONCURRENTLY users_a;
