-- godwit:allow-file(drop-table, multi-table-lock, statement-after-exclusive-lock, require-primary-key) beside the point
DROP TABLE t;
CREATE TABLE t (id int);
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE users RENAME TO people;
CREATE VIEW users AS SELECT * FROM people;
INSERT INTO users VALUES (1);
DROP TABLE gone;
ALTER TABLE IF EXISTS gone ADD COLUMN a int;
DROP TABLE IF EXISTS gone;
-- Behind a temporary table is another of its name.
CREATE TEMP TABLE shadow (id int);
DROP TABLE shadow;
INSERT INTO shadow VALUES (1);
DROP TABLE made_by_a_body;
DO $$ BEGIN CREATE TABLE made_by_a_body (id int PRIMARY KEY); END $$;
INSERT INTO made_by_a_body VALUES (1);
DROP TABLE twice, other, twice;
