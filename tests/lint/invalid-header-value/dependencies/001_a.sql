-- Migration 001: A
-- Dependencies: none, 7
-- Tag: x
SELECT 1;
