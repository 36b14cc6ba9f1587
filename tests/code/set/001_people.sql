-- Migration 001: People
-- Dependencies: None
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO people (id, name) SELECT n, 'Ann ' || n FROM generate_series(1, 500) AS n;
-- godwit:allow(require-primary-key) it only counts
CREATE TABLE calls (at timestamptz NOT NULL DEFAULT clock_timestamp(), what text NOT NULL);

-- godwit:down
DROP TABLE calls;
DROP TABLE people;
