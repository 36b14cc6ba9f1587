CREATE TABLE a (id bigint, parent bigint REFERENCES a (id));
CREATE TABLE b (id bigint, parent bigint REFERENCES b);
CREATE TABLE c (id bigint PRIMARY KEY, x int, y int, FOREIGN KEY (y) REFERENCES c (x));
CREATE TABLE d (id bigint PRIMARY KEY, x int UNIQUE DEFERRABLE, y int REFERENCES d (x));
CREATE TABLE e (id bigint PRIMARY KEY, x int);
ALTER TABLE e ADD FOREIGN KEY (x) REFERENCES e (x);
