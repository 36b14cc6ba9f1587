CREATE TABLE t (id bigint PRIMARY KEY);
CREATE TYPE mood AS ENUM ('sad');
