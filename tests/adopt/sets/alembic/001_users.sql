-- ================================================
-- Migration 001: Users
-- Alias: 1f0a6e2d9b11
-- Dependencies: None
-- ================================================

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
