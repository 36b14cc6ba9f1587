-- Transaction: none
DROP INDEX CONCURRENTLY IF EXISTS orders_user;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS orders_user_id ON orders (user_id);
