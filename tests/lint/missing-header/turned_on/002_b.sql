-- Migration 002: B
SELECT 1;
