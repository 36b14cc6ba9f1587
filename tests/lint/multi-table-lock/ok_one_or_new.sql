ALTER TABLE users ADD COLUMN plan text;
ALTER TABLE users ADD COLUMN tier text;
CREATE TABLE orders (id int);
ALTER TABLE orders ADD COLUMN plan text;
INSERT INTO shops VALUES (1);
