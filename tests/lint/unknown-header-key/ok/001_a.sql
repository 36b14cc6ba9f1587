-- Migration 001: A
-- Note: prose is prose
-- Dependencies: None
SELECT 1;
