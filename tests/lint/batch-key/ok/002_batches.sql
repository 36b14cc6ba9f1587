-- Dependencies: 1
-- godwit:batch key=id size=1000
UPDATE ONLY a SET plan = 'a' WHERE plan IS NULL;
-- godwit:batch key=code size=1000
UPDATE ONLY a SET plan = 'b' WHERE plan IS NULL;
-- godwit:batch key=(n, m) size=1000
UPDATE ONLY a SET plan = 'c' WHERE plan IS NULL;
-- godwit:batch key=n,m size=1000
UPDATE b SET plan = 'd' WHERE plan IS NULL;
-- godwit:batch key=id size=1000
UPDATE c SET plan = 'e' WHERE plan IS NULL;
-- godwit:batch key=day,id size=1000
DELETE FROM p WHERE plan IS NULL;
