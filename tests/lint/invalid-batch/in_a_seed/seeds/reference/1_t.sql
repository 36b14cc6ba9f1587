-- godwit:batch key=id size=1000
UPDATE t SET a = 1 WHERE a IS NULL;
