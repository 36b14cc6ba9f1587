CREATE INDEX CONCURRENTLY orders_user_at ON orders (user_id, at) INCLUDE (status, total);
