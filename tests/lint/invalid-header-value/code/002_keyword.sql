-- Migration 002: Keyword
-- Dependencies: 1
-- Code: class
-- Code-Down: _empty
SELECT 1;
