-- Transaction: none
-- godwit:batch key=id size=1000
UPDATE users SET plan = 'a' WHERE plan IS NULL;
-- godwit:allow(batch-key) it is the primary key, says the team that owns it
-- godwit:batch key=id size=1000
UPDATE users SET plan = 'b' WHERE plan IS NULL;
