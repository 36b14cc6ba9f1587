-- godwit:batch key=id size=1000
UPDATE notes SET body = '' WHERE body IS NULL;
