CREATE TABLE a (
  id bigint PRIMARY KEY,
  n bigint CHECK (n > 0)
);
