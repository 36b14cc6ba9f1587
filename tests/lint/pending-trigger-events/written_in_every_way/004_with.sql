WITH added AS (INSERT INTO orders VALUES (3, 1) RETURNING id) SELECT count(*) FROM added;
ALTER TABLE orders ADD COLUMN a int;
