CREATE TABLE orders (id int);
ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users;
