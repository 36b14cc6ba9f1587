SET client_min_messages = warning;
CREATE TABLE triggers (name text PRIMARY KEY, next_at timestamptz);
CREATE INDEX triggers_next_at ON triggers (next_at);
COMMIT;
COMMENT ON TABLE triggers IS 'what fires when';
