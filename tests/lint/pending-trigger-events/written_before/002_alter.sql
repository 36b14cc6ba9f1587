INSERT INTO orders VALUES (1, 2);
ALTER TABLE orders ADD COLUMN note text;
