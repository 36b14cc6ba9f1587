CREATE VIEW v (a, b, a) AS SELECT 1, 2, 3;
CREATE TABLE t (a, b, a) AS SELECT 1, 2, 3;
