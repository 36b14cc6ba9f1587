DELETE FROM sessions WHERE expires_at < now();
CREATE TABLE t (a int);
DELETE FROM t;
