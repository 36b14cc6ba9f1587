-- Migration 002: B
-- Dependencies: 1
SELECT 1;
