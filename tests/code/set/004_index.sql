-- Migration 004: Plain SQL after it
-- Dependencies: 3
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);

-- godwit:down
DROP TABLE notes;
