CREATE TABLE t (id bigint PRIMARY KEY, a int CONSTRAINT c CHECK (a > 0), b int, c int);
CREATE TABLE u (id bigint PRIMARY KEY, t bigint);
CREATE INDEX u_t ON u (t);
