-- Dependencies: 1
-- godwit:batch key=code size=1000
UPDATE ONLY a SET plan = 'a' WHERE plan IS NULL;
-- godwit:batch key=at size=1000
UPDATE ONLY a SET plan = 'b' WHERE plan IS NULL;
-- godwit:batch key=n size=1000
UPDATE ONLY a SET plan = 'c' WHERE plan IS NULL;
-- godwit:batch key=(m, n) size=1000
UPDATE ONLY a SET plan = 'd' WHERE plan IS NULL;
-- godwit:batch key=id size=1000
UPDATE no_key SET plan = 'e' WHERE plan IS NULL;
-- godwit:batch key=(n, m) size=1000
UPDATE b SET plan = 'f' WHERE plan IS NULL;
-- godwit:batch key=w size=1000
UPDATE b SET plan = 'g' WHERE plan IS NULL;
-- godwit:batch key=id size=1000
UPDATE a SET plan = 'h' WHERE plan IS NULL;
