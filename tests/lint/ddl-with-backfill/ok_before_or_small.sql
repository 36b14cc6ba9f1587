UPDATE users SET plan = 'free' WHERE plan IS NULL;
ALTER TABLE users ADD COLUMN tier text;
INSERT INTO plans VALUES ('free');
CREATE TABLE copies (id int);
INSERT INTO copies SELECT 1;
UPDATE copies SET id = 2 WHERE id = 1;
