CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE a (id bigint PRIMARY KEY, m mood);
CREATE TABLE b (a bigint REFERENCES a (id));
CREATE VIEW v AS SELECT id FROM a;
-- godwit:down
DROP VIEW v;
DROP TABLE b, a;
DROP TYPE mood;
