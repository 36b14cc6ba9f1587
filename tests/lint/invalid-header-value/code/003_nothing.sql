-- Migration 003: Nothing
-- Dependencies: 2
-- Code:
-- Code-Down: migrations
SELECT 1;
