-- Migration 004: Outside a transaction
-- Dependencies: 3
-- Transaction: none
-- Code: fill
VACUUM;
