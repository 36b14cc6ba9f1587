CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);
CREATE VIEW rows_of AS SELECT ROW(x.*)::text AS r FROM (SELECT t.id, t.a FROM t) x;
CREATE VIEW all_of AS SELECT ROW(t.*)::text AS r FROM t;
CREATE TABLE u (id bigint PRIMARY KEY, b int);
CREATE TABLE v (id bigint PRIMARY KEY, c int, b int);
CREATE VIEW joined AS SELECT u.id FROM u NATURAL JOIN (SELECT 1 AS b) AS one;
CREATE VIEW merged AS SELECT 1 AS one FROM v JOIN u USING (b);
