-- options: require-statement-timeout=warn
UPDATE users SET plan = 'free' WHERE plan IS NULL;
SET statement_timeout = '5s';
ALTER TABLE users ADD COLUMN plan text;
