CREATE TABLE users (id int, email text);
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
