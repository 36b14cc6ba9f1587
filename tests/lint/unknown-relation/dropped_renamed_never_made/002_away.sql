CREATE TABLE notes (id bigint PRIMARY KEY);
-- godwit:allow(drop-table) not what this case is about
DROP TABLE users;
ALTER TABLE users ADD COLUMN a int;
