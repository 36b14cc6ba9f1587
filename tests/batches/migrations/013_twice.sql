-- Migration 013: Would do twice what it has done
-- Dependencies: 1
-- godwit:batch key=id size=300
UPDATE items SET n = n + 1 WHERE id > 0;

-- godwit:verify
SELECT NOT EXISTS (SELECT FROM items WHERE n = 0);
