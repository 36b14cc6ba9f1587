CREATE TABEL users (id int);
CREATE TABLE t (id int);
SELECT 'ä', FROM;
