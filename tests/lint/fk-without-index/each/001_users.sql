CREATE TABLE users (id bigint PRIMARY KEY, a int, b int, UNIQUE (a, b));
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint REFERENCES users (id),
  payer_id bigint,
  CONSTRAINT payer FOREIGN KEY (payer_id) REFERENCES users (id)
);
CREATE INDEX orders_payer ON orders (id, payer_id);
CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint);
CREATE INDEX notes_user ON notes (user_id) WHERE id > 0;
ALTER TABLE notes ADD FOREIGN KEY (user_id) REFERENCES users (id);
