CREATE TABLE users (id int, nickname text);
ALTER TABLE users DROP COLUMN nickname;
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders DROP COLUMN note;
