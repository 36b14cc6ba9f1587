-- Migration 005: It cannot be in one
-- Dependencies: 4
-- Code: fill
VACUUM;
