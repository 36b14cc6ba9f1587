CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20), plan text);
