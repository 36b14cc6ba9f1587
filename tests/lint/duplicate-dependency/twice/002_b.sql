-- Migration 002: B
-- Dependencies: 1, 001
SELECT 1;
