CREATE DOMAIN any_int AS int;
ALTER TABLE users ADD COLUMN rank any_int, ADD COLUMN age int;
CREATE TABLE t (a int);
ALTER TABLE t ADD COLUMN b int CHECK (b > 0);
