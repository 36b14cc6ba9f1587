CREATE FOREIGN TABLE far (a int, a text) SERVER s;
CREATE TYPE pair AS (a int, a text);
CREATE FUNCTION twice_in(a int, a text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION twice_out(OUT a int, OUT a int) LANGUAGE sql AS 'SELECT 1, 2';
CREATE FUNCTION rows_of() RETURNS TABLE (a int, a int) LANGUAGE sql AS 'SELECT 1, 2';
UPDATE users SET place = ROW(1, 2), place.x = 1 WHERE id = 1;
INSERT INTO users (place, place.x) VALUES (NULL, 1);
