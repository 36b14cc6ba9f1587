-- ================================================
-- Migration 007: Clients
-- Dependencies: 1
-- ================================================

BEGIN;

CREATE TABLE clients (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users
);
CREATE INDEX clients_user_id_idx ON clients (user_id);

COMMIT;
