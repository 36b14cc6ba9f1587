-- Migration 004: A key of two columns
-- Dependencies: 1
-- godwit:batch key=(tenant, id) size=300
UPDATE tenant_items SET n = n + 1;
