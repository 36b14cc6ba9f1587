CREATE FUNCTION of_its_path() RETURNS bigint LANGUAGE sql SET search_path = app AS 'SELECT count(*) FROM t';
CREATE FUNCTION of_any(anyelement) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM nowhere';
CREATE FUNCTION of_all(VARIADIC anyarray) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM nowhere';
CREATE FUNCTION with_with() RETURNS bigint LANGUAGE sql AS 'WITH w AS (SELECT 1) SELECT count(*) FROM w';
