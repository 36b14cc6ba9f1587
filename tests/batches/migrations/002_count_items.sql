-- Migration 002: Count up what is to do
-- Dependencies: 1
-- Not idempotent on purpose: a row that is in two batches shows.

-- godwit:batch key=id size=500 pause=2ms
UPDATE items
SET n = n + 1,
    state = 'done' -- and the filter does not hold any more
WHERE state = 'todo' OR state IS NULL -- with an OR at its top
;

-- godwit:down
-- godwit:batch key=id size=1000
UPDATE items SET n = n - 1, state = 'todo' WHERE n > 0;
