CREATE TABLE users (id int);
CREATE TABLE orders (id int);
