-- Migration 002: Users
-- Created: 2025-11-08

