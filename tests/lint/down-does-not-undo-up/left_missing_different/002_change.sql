ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int, ALTER COLUMN email TYPE text;
DROP INDEX users_email;
CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
ALTER TYPE mood ADD VALUE 'ok';
-- godwit:down
ALTER TABLE users DROP COLUMN a;
