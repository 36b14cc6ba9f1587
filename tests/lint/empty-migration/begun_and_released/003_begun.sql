-- Migration 003: Orders
-- Created: 2025-11-08

