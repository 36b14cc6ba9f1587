CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int, user_id int REFERENCES users (id));
TRUNCATE users CASCADE;
