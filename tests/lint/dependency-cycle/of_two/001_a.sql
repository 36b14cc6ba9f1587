-- Migration 001: A
-- Dependencies: 2
SELECT 1;
