CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE shops (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, u int REFERENCES users, s int REFERENCES shops);
CREATE TABLE notes (u int REFERENCES users);
