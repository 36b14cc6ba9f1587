CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE users (id bigint PRIMARY KEY, email text, n numeric UNIQUE, m mood UNIQUE, a int, b int, at timestamptz UNIQUE);
CREATE UNIQUE INDEX users_live ON users (email) WHERE a > 0;
CREATE UNIQUE INDEX users_ab ON users (a, b);
CREATE TABLE bare (id bigint);
