-- options: require-constraint-name=off
CREATE TABLE a (b bigint, UNIQUE (b));
CREATE UNLOGGED TABLE app.c (d bigint UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS e (f bigint) PARTITION BY RANGE (f);
