CREATE DOMAIN key AS bigint;
CREATE TABLE a (id key PRIMARY KEY, code text UNIQUE NOT NULL, n int NOT NULL, m int NOT NULL, plan text, UNIQUE (n, m));
CREATE TABLE child (more text) INHERITS (a);
CREATE TABLE b (n int NOT NULL, m int NOT NULL, plan text);
CREATE UNIQUE INDEX b_n_m ON b (n, m);
CREATE TABLE c (id int, plan text);
ALTER TABLE c ADD CHECK (id IS NOT NULL);
CREATE UNIQUE INDEX c_id ON c (id);
CREATE TABLE p (id uuid NOT NULL, day date NOT NULL, plan text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
