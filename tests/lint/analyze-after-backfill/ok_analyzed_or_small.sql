-- options: analyze-after-backfill=warn
UPDATE users SET plan = 'free' WHERE plan IS NULL;
ANALYZE users;
INSERT INTO plans VALUES ('free'), ('paid');
CREATE TABLE copies (a int);
INSERT INTO copies SELECT id FROM users;
