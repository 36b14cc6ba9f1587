-- godwit:batch key=whatever size=1000
UPDATE users SET plan = 'a';
