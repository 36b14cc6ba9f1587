-- options: require-lock-timeout=warn
SET lock_timeout = '3s';
RESET lock_timeout;
ALTER TABLE users ADD COLUMN plan text;
ALTER TABLE users ADD COLUMN tier text;
