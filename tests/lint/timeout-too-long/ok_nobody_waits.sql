SET lock_timeout = 0;
CREATE TABLE users (id int);
ALTER TABLE users ADD COLUMN plan text;
