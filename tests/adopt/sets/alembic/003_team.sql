-- ================================================
-- Migration 003: Teams of clients
-- Alias: 9b8c7d6e5f33
-- Dependencies: 2
-- ================================================

ALTER TABLE clients ADD COLUMN team text;
