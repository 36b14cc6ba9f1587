CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20) NOT NULL, plan text DEFAULT 'free');
CREATE INDEX users_email ON users (email);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE VIEW names AS SELECT id, plan FROM users;
