-- Migration: Countries
-- Idempotency: NO
-- Transaction: none
-- Tag: v1
-- Phase: contract
-- Breaking: YES
-- Replaces: 1-2
INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
-- godwit:down
DELETE FROM countries WHERE code = 'at';
