INSERT INTO orders VALUES (1);
INSERT INTO bills VALUES (1);
INSERT INTO sales.orders VALUES (1);
SET LOCAL search_path = sales;
INSERT INTO bills VALUES (2);
