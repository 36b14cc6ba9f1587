-- Migration 2: A
SELECT 1;
