-- Migration 001: A
-- Dependencies: None
SELECT 1;
