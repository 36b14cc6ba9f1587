CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY, email varchar(40), name text);
