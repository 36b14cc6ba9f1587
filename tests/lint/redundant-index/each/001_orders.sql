CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, at timestamptz, code text UNIQUE);
CREATE INDEX by_user ON orders (user_id);
CREATE INDEX by_user_at ON orders (user_id, at);
CREATE INDEX by_user_at_again ON orders (user_id, at);
CREATE INDEX by_code ON orders (code);
CREATE UNIQUE INDEX by_id ON orders (id);
CREATE INDEX live ON orders (lower(code)) WHERE at IS NULL;
CREATE INDEX live_id ON orders (lower(code), id) WHERE at IS NULL;
