-- Migration 012: What came behind the cursor is not true of its end
-- Dependencies: 1
ALTER TABLE items ADD COLUMN IF NOT EXISTS label text;
-- godwit:batch key=id size=300 pause=5ms
UPDATE items SET n = n + 1, label = 'item' WHERE label IS NULL;

-- godwit:verify
SELECT NOT EXISTS (SELECT FROM items WHERE label IS NULL);
