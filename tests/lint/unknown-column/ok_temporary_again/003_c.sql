INSERT INTO orders (id, c) VALUES (1, 2);
ALTER TABLE orders DROP COLUMN c;
