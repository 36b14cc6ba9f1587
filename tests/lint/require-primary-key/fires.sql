CREATE TABLE events (at timestamptz, payload jsonb);
