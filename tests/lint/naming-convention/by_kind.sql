-- options: naming-convention=warn:index=^ix_,table=^[a-z_]{3,9}s$,column=^[a-z]+$,constraint=_ck$,all=^[a-z_]+$
CREATE SCHEMA "App";
CREATE TABLE users (id bigint PRIMARY KEY, first_name text, CONSTRAINT c1 CHECK (id > 0));
CREATE TABLE "Order" (id bigint PRIMARY KEY);
CREATE INDEX users_name ON users (first_name);
ALTER TABLE users ADD COLUMN "lastName" text;
ALTER TABLE users RENAME COLUMN first_name TO name1;
CREATE VIEW v2 AS SELECT 1 AS a;
CREATE TYPE mood2 AS ENUM ('a');
CREATE FUNCTION f2() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SEQUENCE s2;
