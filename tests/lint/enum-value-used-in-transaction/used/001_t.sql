CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE users (id int, mood mood DEFAULT 'sad');
