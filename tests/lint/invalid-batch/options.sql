-- godwit:batch
UPDATE users SET plan = 'a' WHERE plan IS NULL;
-- godwit:batch key=id
UPDATE users SET plan = 'b' WHERE plan IS NULL;
-- godwit:batch size=1000
UPDATE users SET plan = 'c' WHERE plan IS NULL;
-- godwit:batch key=id size=0
UPDATE users SET plan = 'd' WHERE plan IS NULL;
-- godwit:batch key=id size=many
UPDATE users SET plan = 'e' WHERE plan IS NULL;
-- godwit:batch key=id size=1000001
UPDATE users SET plan = 'f' WHERE plan IS NULL;
-- godwit:batch key=id size=1000 pause=50
UPDATE users SET plan = 'g' WHERE plan IS NULL;
-- godwit:batch key=id size=1000 pause=2h
UPDATE users SET plan = 'h' WHERE plan IS NULL;
-- godwit:batch key=id sise=1000
UPDATE users SET plan = 'i' WHERE plan IS NULL;
-- godwit:batch key=id size=1000 size=2000
UPDATE users SET plan = 'j' WHERE plan IS NULL;
-- godwit:batch key=users.id size=1000
UPDATE users SET plan = 'k' WHERE plan IS NULL;
-- godwit:batch key= size=1000
UPDATE users SET plan = 'l' WHERE plan IS NULL;
-- godwit:batch key=(id, ID) size=1000
UPDATE users SET plan = 'm' WHERE plan IS NULL;
-- godwit:batch key=a, b size=1000
UPDATE users SET plan = 'n' WHERE plan IS NULL;
-- godwit:batch key="a""b size=1000
UPDATE users SET plan = 'o' WHERE plan IS NULL;
