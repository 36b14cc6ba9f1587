CREATE TABLE users (id int PRIMARY KEY, boss int REFERENCES users, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE orders (u int REFERENCES users);
