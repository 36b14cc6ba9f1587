UPDATE users SET name = 'a', age = 1, name = 'b';
INSERT INTO users (id, name, id) VALUES (1, 'a', 2);
INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2, id = 3;
CREATE TABLE t (a int, b int, a text);
CREATE VIEW v (a, a) AS SELECT 1, 2;
WITH w AS (UPDATE users SET age = 1, age = 2 RETURNING id) SELECT * FROM w;
MERGE INTO users u USING t ON u.id = t.a WHEN MATCHED THEN UPDATE SET age = 1, age = 2;
ALTER TABLE orders ADD UNIQUE (a, b, a);
