-- options: require-schema-qualified=warn
CREATE TABLE app.a (id bigint PRIMARY KEY);
ALTER TABLE a ADD COLUMN b bigint;
CREATE INDEX a_b ON app.a (b);
CREATE VIEW v AS SELECT 1 AS a;
CREATE SEQUENCE s;
CREATE TEMP TABLE t (id bigint PRIMARY KEY) ON COMMIT DROP;
