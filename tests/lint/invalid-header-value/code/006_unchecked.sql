-- Migration 006: Unchecked
-- Dependencies: 5
-- Syntax: unchecked it is of PostgreSQL 18
-- Code: fill
SELECT 1;
