CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int, u int REFERENCES users DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE notes (id int, u int REFERENCES users DEFERRABLE);
CREATE TABLE plain (id int, u int REFERENCES users);
