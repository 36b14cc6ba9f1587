CREATE TYPE mood AS ENUM ('sad');
CREATE SEQUENCE numbers;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, feeling mood, n bigint DEFAULT nextval('numbers'), a int, b int GENERATED ALWAYS AS (a * 2) STORED, plan text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), email text REFERENCES users (email));
CREATE VIEW names AS SELECT id, plan FROM users;
CREATE VIEW more AS SELECT id FROM names;
CREATE POLICY own ON users USING (plan = 'own');
CREATE TRIGGER touched BEFORE UPDATE OF a ON users FOR EACH ROW EXECUTE FUNCTION touch();
