CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TYPE mood AS ENUM ('sad');
