-- Dependencies: 1
-- godwit:batch key=id size=1000
UPDATE a SET plan = 'a' WHERE plan IS NULL;

-- godwit:down
-- godwit:batch key=id size=1000
UPDATE a SET plan = NULL;
