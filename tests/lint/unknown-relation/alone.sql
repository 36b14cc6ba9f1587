-- godwit:allow-file(drop-table, rename-table, multi-table-lock, drop-view) beside the point
DROP TABLE t;
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE users RENAME TO people;
INSERT INTO users VALUES (1);
DROP VIEW v;
DROP VIEW v;
