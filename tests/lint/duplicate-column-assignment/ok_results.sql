CREATE VIEW named (x, y) AS SELECT 1 AS a, 2 AS a;
CREATE VIEW different AS SELECT 1 AS a, 2 AS b, count(*), max(id) FROM users;
CREATE VIEW right_side AS SELECT 1 AS a, 2 AS b UNION SELECT 3 AS c, 4 AS c;
CREATE TABLE copied (x, y) AS SELECT 1 AS a, 2 AS a;
SELECT 1 AS a, 2 AS a;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION g(INOUT a int, OUT b int) LANGUAGE sql AS 'SELECT $1, $1';
UPDATE users SET place.x = 1, place.y = 2 WHERE id = 1;
