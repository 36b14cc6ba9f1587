UPDATE orders SET id = 3 WHERE id = 1;
ALTER TABLE orders ADD COLUMN memo text;
