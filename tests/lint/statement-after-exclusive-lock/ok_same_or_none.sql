ALTER TABLE users ADD COLUMN plan text;
SET LOCAL work_mem = '1MB';
COMMENT ON TABLE orders IS 'o';
SELECT count(*) FROM users;
CREATE TABLE t (a int);
INSERT INTO t SELECT 1 FROM users;
CREATE VIEW v AS SELECT * FROM orders;
