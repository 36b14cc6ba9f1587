CREATE TABLE orders (id int);
CREATE TABLE IF NOT EXISTS users (id int);
