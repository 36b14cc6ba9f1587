-- Migration 001: A
-- Idempotency: no
SELECT 1;
