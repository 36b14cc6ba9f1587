-- ================================================
-- Migration 004: Audit
-- Alias: 77aa66bb55cc
-- Dependencies: 1
-- ================================================

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry text NOT NULL
);
