SET lock_timeout = '5min';
ALTER TABLE users ADD COLUMN plan text;
