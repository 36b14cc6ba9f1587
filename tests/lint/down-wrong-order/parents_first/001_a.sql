CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE a (id bigint PRIMARY KEY, m mood);
CREATE TABLE b (a bigint REFERENCES a (id));
CREATE VIEW v AS SELECT id FROM a;
-- godwit:down
DROP TYPE mood;
DROP TABLE a;
DROP TABLE b;
DROP VIEW v;
