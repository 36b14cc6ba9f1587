CREATE TABLE users (id bigint PRIMARY KEY, nickname text, rate numeric(10, 2));
CREATE TABLE old_users (id bigint PRIMARY KEY);
CREATE TYPE mood AS ENUM ('sad');
