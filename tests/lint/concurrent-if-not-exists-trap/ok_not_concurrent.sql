CREATE TABLE orders (user_id bigint);
CREATE INDEX IF NOT EXISTS orders_user_id ON orders (user_id);
