-- Migration 003: Delete what is gone
-- Dependencies: 1
-- godwit:batch key=id size=400
WITH old AS (SELECT item_id FROM gone)
DELETE FROM items AS i USING old WHERE old.item_id = i.id RETURNING i.id;
