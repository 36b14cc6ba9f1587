INSERT INTO orders VALUES (1, 1);
CREATE INDEX orders_by_id_u ON orders (id, u);
