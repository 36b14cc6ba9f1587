CREATE TABLE users (id int);
CREATE INDEX a ON users (id);
