CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE t (id bigint PRIMARY KEY, m mood, a text);
