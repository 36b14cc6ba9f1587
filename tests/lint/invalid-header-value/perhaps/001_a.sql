-- Migration 001: A
-- Idempotency: perhaps
SELECT 1;
