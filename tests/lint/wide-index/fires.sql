CREATE INDEX CONCURRENTLY orders_all ON orders (user_id, status, at, total);
