-- Migration 008: Batches between other steps
-- Dependencies: 1
ALTER TABLE items ADD COLUMN IF NOT EXISTS label text;
-- godwit:batch key=id size=1000
UPDATE items SET label = 'item ' || id;
ALTER TABLE items ADD CONSTRAINT items_labelled CHECK (label IS NOT NULL) NOT VALID;

-- godwit:verify
SELECT NOT EXISTS (SELECT FROM items WHERE label IS NULL);
