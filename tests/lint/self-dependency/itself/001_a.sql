-- Migration 001: A
-- Dependencies: 1
SELECT 1;
