CREATE FUNCTION f1(x mood, y t, z public.mood[]) RETURNS SETOF t LANGUAGE plpgsql AS 'BEGIN RETURN; END';
CREATE FUNCTION f2(x t.id%TYPE, VARIADIC y anyarray) RETURNS anyelement LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION f3() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION point3_in(cstring) RETURNS point3 LANGUAGE c IMMUTABLE STRICT AS 'point3', 'point3_in';
CREATE FUNCTION point3_out(point3) RETURNS cstring LANGUAGE c IMMUTABLE STRICT AS 'point3', 'point3_out';
CREATE DOMAIN d AS mood;
CREATE TYPE pair AS (a int, b mood, c t);
CREATE DOMAIN few AS pair CHECK ((value).a > 0);
