CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));
UPDATE users SET plan = 'free' WHERE id < 10;
UPDATE orders SET total = 0 WHERE id < 10;
