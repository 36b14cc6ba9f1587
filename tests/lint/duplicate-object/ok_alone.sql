-- godwit:allow-file(multi-table-lock, require-primary-key) beside the point
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;
ALTER TABLE t DROP COLUMN a;
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE v ADD COLUMN a int;
CREATE TABLE u (id int);
ALTER TABLE u RENAME TO w;
CREATE TABLE u (id int);
