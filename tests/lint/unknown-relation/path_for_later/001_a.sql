CREATE SCHEMA sales;
CREATE TABLE sales.orders (id bigint PRIMARY KEY);
ALTER DATABASE shop SET search_path = public;
