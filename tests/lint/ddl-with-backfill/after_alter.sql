ALTER TABLE users ADD COLUMN plan text;
UPDATE users SET plan = 'free' WHERE plan IS NULL;
INSERT INTO plans SELECT DISTINCT plan FROM users;
DELETE FROM orders WHERE id < 5;
