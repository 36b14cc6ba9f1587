-- Migration 009: May fail in the middle
-- Dependencies: 1
-- godwit:batch key=id size=100
UPDATE items SET n = n + 100 / divisor;
