-- Migration 011: With a pause that somebody waits for
-- Dependencies: 1
-- godwit:batch key=id size=1000 pause=1min
UPDATE items SET n = n + 1;
