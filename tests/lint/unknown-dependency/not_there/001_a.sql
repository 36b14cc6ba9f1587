-- Migration 001: A
-- Dependencies: 99
SELECT 1;
