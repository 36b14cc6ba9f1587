CREATE VIEW roles AS SELECT r.rolname, a.name FROM pg_roles r, platform.accounts a;
CREATE VIEW tables AS SELECT table_name FROM information_schema.tables;
INSERT INTO legacy (a) WITH recent AS (SELECT id FROM users) SELECT id FROM recent;
WITH RECURSIVE up AS (SELECT id FROM users UNION ALL SELECT u.id FROM up u JOIN users ON users.id = u.id) SELECT * FROM up;
CREATE FUNCTION late() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM not_made_yet); END';
