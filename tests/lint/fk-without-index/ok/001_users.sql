CREATE TABLE users (id bigint PRIMARY KEY, a int, b int, UNIQUE (a, b));
CREATE TABLE orders (
  user_id bigint PRIMARY KEY REFERENCES users (id),
  a int, b int,
  payer_id bigint REFERENCES users (id),
  FOREIGN KEY (a, b) REFERENCES users (a, b)
);
CREATE INDEX ON orders (b, a, payer_id);
CREATE TABLE scratch (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
CREATE TABLE places (id bigint, user_id bigint REFERENCES users (id)) PARTITION BY HASH (id);
CREATE TABLE places_0 PARTITION OF places FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX ON places (user_id);
