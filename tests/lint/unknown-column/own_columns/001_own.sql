CREATE TABLE a (x int, CHECK (xx > 1));
CREATE TABLE b (x int, UNIQUE (xx));
CREATE TABLE c (id int, PRIMARY KEY (idd));
CREATE TABLE d (x int, y int GENERATED ALWAYS AS (zz + 1) STORED);
CREATE TABLE ok (x int CHECK (ok IS NOT NULL), y int, UNIQUE (x) INCLUDE (y), CHECK (ok.x < y));
