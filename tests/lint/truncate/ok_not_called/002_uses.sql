SELECT count(*), count(id), now() FROM users;
UPDATE users SET at = now() WHERE id = 1;
DELETE FROM users WHERE id = 2;
