-- Migration 012: What came behind the cursor is not true of its end
-- Dependencies: 1
ALTER TABLE items ADD COLUMN IF NOT EXISTS mark text;
-- godwit:batch key=id size=300 pause=5ms
UPDATE items SET n = n + 1, mark = 'seen' WHERE mark IS NULL;

-- godwit:verify
SELECT NOT EXISTS (SELECT FROM items WHERE mark IS NULL);
