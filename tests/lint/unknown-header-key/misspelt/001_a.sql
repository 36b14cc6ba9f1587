-- Migration 001: A
-- Dependancies: None
SELECT 1;
