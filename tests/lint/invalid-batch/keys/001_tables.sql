CREATE TABLE a (id bigint PRIMARY KEY, weight double precision NOT NULL UNIQUE, tags jsonb NOT NULL UNIQUE, plan text);
CREATE VIEW v AS SELECT id, plan FROM a;
