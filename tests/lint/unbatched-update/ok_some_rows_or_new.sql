UPDATE users SET plan = 'free' WHERE plan IS NULL;
UPDATE users SET plan = p.plan FROM plans p WHERE p.id = users.id;
CREATE TABLE t (a int);
UPDATE t SET a = 1;
