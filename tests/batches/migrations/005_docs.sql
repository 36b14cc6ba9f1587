-- Migration 005: A uuid
-- Dependencies: 1
-- godwit:batch key=id size=100
UPDATE ONLY docs AS d SET n = d.n + 1 FROM (VALUES (1)) AS one (x) WHERE(one.x = 1);
