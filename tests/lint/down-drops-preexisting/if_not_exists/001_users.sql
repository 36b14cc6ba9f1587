CREATE TABLE users (id bigint PRIMARY KEY);
CREATE INDEX users_id ON users (id);
