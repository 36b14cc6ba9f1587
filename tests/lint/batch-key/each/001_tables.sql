CREATE TABLE a (id bigint PRIMARY KEY, code text UNIQUE, at timestamptz NOT NULL, n int NOT NULL, m int NOT NULL, plan text,
  UNIQUE (n, m));
CREATE UNIQUE INDEX a_live ON a (at) WHERE plan IS NULL;
CREATE TABLE no_key (id bigint NOT NULL, plan text);
CREATE TABLE b (n int NOT NULL, m int NOT NULL, w text NOT NULL, plan text);
CREATE UNIQUE INDEX b_down ON b (n, m DESC);
CREATE UNIQUE INDEX b_pattern ON b (w text_pattern_ops);
CREATE TABLE child (more text) INHERITS (a);
