CREATE TYPE mood AS ENUM ('sad');
CREATE TYPE level AS ENUM ('high');
CREATE TABLE users (id int, mood mood, note text);
