BEGIN;
-- godwit:batch key=id size=1000
UPDATE users SET plan = 'a' WHERE plan IS NULL;
COMMIT;
