-- options: require-constraint-name=off session-state-leak=off
CREATE TABLE a (b bigint PRIMARY KEY);
CREATE TABLE c (d bigint, PRIMARY KEY (d));
CREATE TABLE e (f bigint);
ALTER TABLE e ADD PRIMARY KEY (f);
CREATE TABLE g (h bigint);
ALTER TABLE g ADD COLUMN id bigint PRIMARY KEY;
CREATE TEMP TABLE i (j bigint);
CREATE TABLE k (LIKE a INCLUDING ALL);
CREATE TABLE l (b bigint) INHERITS (a);
CREATE TABLE m (b bigint, PRIMARY KEY (b)) PARTITION BY RANGE (b);
CREATE TABLE n PARTITION OF m FOR VALUES FROM (1) TO (2);
