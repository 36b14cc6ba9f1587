-- Migration 001: A
SELECT 1;
