CREATE TABLE IF NOT EXISTS users (id int);
CREATE INDEX b ON users (id);
