CREATE TABLE users (id int);
TRUNCATE users;
CREATE TEMP TABLE scratch (id int);
TRUNCATE TABLE scratch;
