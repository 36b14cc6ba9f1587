SET lock_timeout = '5s';
SET statement_timeout = '1h';
ALTER TABLE users ADD COLUMN plan text;
