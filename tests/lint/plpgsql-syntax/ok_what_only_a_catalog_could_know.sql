CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM t LOOP
    r.a := 1;
    a := r.a;
    RETURN NEXT;
  END LOOP;
END $$;
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
CREATE FUNCTION h(x int) RETURNS int LANGUAGE sql RETURN x + 1;
CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'lib', 'sym';
CREATE FUNCTION py() RETURNS int LANGUAGE plpython3u AS 'return 1 +';
CREATE FUNCTION n(OUT a int, OUT b int) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEXT;
  return /* all of them */ next
    ;
  RETURN;
END $$;
