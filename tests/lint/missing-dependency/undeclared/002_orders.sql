-- Dependencies: None
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE users ADD COLUMN plan text;
