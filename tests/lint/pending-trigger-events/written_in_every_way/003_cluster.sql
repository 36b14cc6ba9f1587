INSERT INTO orders VALUES (2, 1);
CLUSTER orders USING orders_pkey;
