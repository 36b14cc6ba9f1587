-- ================================================
-- Migration 001: Users
-- Dependencies: None
-- ================================================

BEGIN;

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);

COMMIT;
