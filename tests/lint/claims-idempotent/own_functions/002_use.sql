-- Idempotency: YES
SELECT count(5);
UPDATE t SET a = other.length('x') WHERE id = 1;
CREATE OR REPLACE FUNCTION lower(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT lower(5);
UPDATE t SET a = twice(b) WHERE id = 1;
SELECT count(*) FROM t;
SELECT twice(5);
