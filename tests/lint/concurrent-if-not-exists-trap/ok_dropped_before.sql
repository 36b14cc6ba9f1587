-- Transaction: none
DROP INDEX CONCURRENTLY IF EXISTS orders_user_id;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_user_id ON orders (user_id);
DROP INDEX CONCURRENTLY IF EXISTS crm.orders_at;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_at ON crm.orders (at);
