UPDATE orders SET u = 3 WHERE id = 1;
DROP TABLE orders;
