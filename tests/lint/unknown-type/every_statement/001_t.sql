CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN email AS text;
CREATE TABLE t (a int);
