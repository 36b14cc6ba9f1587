-- ================================================
-- Migration 002: Clients
-- Alias: 5c1d2e3f4a22
-- Dependencies: 1
-- ================================================

CREATE TABLE clients (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users
);
CREATE INDEX clients_user_id_idx ON clients (user_id);
