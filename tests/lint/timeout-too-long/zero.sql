SET LOCAL lock_timeout TO 0;
ALTER TABLE users ADD COLUMN plan text;
