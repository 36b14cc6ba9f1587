-- godwit:batch key=id size=1000
DELETE FROM users;
