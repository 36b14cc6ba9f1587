CREATE TABLE users (id bigint PRIMARY KEY, email text, at timestamptz);
CREATE VIEW v AS SELECT id, email FROM users;
CREATE FUNCTION f(int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';
