-- Dependencies: 1
-- godwit:batch key=ident size=1000
UPDATE a SET plan = 'a' WHERE plan IS NULL;
-- godwit:batch key=weight size=1000
UPDATE a SET plan = 'b' WHERE plan IS NULL;
-- godwit:batch key=tags size=1000
UPDATE a SET plan = 'c' WHERE plan IS NULL;
-- godwit:batch key=id size=1000
UPDATE v SET plan = 'd' WHERE plan IS NULL;
CREATE TEMPORARY TABLE tmp (id bigint PRIMARY KEY, plan text);
-- godwit:batch key=id size=1000
UPDATE tmp SET plan = 'e' WHERE plan IS NULL;
