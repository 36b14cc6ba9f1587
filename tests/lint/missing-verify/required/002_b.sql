CREATE TABLE b (id int);
-- godwit:verify
SELECT to_regclass('b') IS NOT NULL;
