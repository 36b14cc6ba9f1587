CREATE SCHEMA sales;
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE sales.bills (id bigint PRIMARY KEY);
ALTER TABLE orders SET SCHEMA sales;
