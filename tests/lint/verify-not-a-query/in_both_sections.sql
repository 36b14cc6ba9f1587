SELECT 1;
-- godwit:require
SELECT true;
LOCK TABLE users;
-- godwit:verify
SELECT count(*) > 0 FROM users;
DELETE FROM users;
SELECT 1 INTO t;
