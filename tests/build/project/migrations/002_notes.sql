-- Migration 002: Notes
-- Dependencies: 1
CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id bigint NOT NULL REFERENCES clients (id),
    body text NOT NULL
);
CREATE INDEX notes_client_id ON notes (client_id);
