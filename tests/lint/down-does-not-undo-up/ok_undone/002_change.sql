ALTER TABLE users ADD COLUMN a int UNIQUE, ALTER COLUMN plan DROP DEFAULT;
DROP INDEX users_email;
DROP VIEW names;
CREATE VIEW names AS SELECT id, email, a FROM users;
CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
CREATE TYPE mood AS ENUM ('sad');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- godwit:allow(create-trigger) not what this case is about
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- godwit:down
DROP TRIGGER touched ON users;
DROP FUNCTION touch();
DROP TYPE mood;
DROP TABLE notes;
DROP VIEW names;
CREATE VIEW names AS SELECT id, email FROM users;
ALTER TABLE users DROP COLUMN a, ALTER COLUMN plan SET DEFAULT 'free';
-- godwit:allow(require-concurrent-index) not what this case is about
CREATE INDEX users_email ON users (email);
