-- ================================================
-- Migration 010: Teams of clients
-- Dependencies: 7
-- ================================================

BEGIN;

ALTER TABLE clients ADD COLUMN team text;

COMMIT;
