-- Replaces: 1-2
CREATE TABLE a (
  id bigint PRIMARY KEY,
  b text,
  n bigint CHECK (n > 0)
);
