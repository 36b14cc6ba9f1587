-- Replaces: 1-2
CREATE TABLE a (
  id bigint PRIMARY KEY,
  n bigint CHECK (n > 0),
  b varchar(20) NOT NULL,
  d text
);
