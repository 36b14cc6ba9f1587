CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
CREATE TABLE items (order_id int, FOREIGN KEY (order_id) REFERENCES orders);
CREATE TABLE other (id int);
