ALTER TABLE orders ADD COLUMN more text;
INSERT INTO orders VALUES (2, 2);
