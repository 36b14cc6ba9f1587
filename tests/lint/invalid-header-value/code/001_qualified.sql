-- Migration 001: Qualified
-- Code: shop::fill
-- Code-Down: fill()
SELECT 1;
