-- options: require-schema-qualified=warn
-- godwit:allow-file(drop-table, drop-type, drop-function, truncate, rename-table, require-concurrent-drop-index, multi-table-lock, ddl-with-backfill) beside the point
DROP TABLE gone, app.b;
DROP INDEX i;
DROP TYPE t;
DROP FUNCTION f(int);
DROP TRIGGER tr ON a;
TRUNCATE a;
ALTER TABLE old RENAME TO new;
ALTER SEQUENCE s INCREMENT 2;
INSERT INTO a VALUES (1);
DELETE FROM a WHERE id = 1;
GRANT SELECT ON a TO app;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app;
CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN email AS text;
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.two() RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE TEMP TABLE moved (id int) ON COMMIT DROP;
INSERT INTO moved VALUES (1);
WITH w AS (SELECT 1) SELECT * FROM w, c;
