CREATE VIEW aliases AS SELECT 1 AS a, 2 AS a;
CREATE VIEW unnamed AS SELECT 1, 2;
CREATE VIEW calls AS SELECT count(*), count(id) FROM users;
CREATE VIEW columns AS SELECT u.id, o.id FROM users u JOIN orders o ON o.user_id = u.id;
CREATE VIEW both_sides AS SELECT 1 AS b, 2 AS b UNION SELECT 1, 2;
CREATE MATERIALIZED VIEW stored AS SELECT 1 AS a, 2 AS a;
CREATE TABLE copied AS SELECT 1 AS a, 2 AS a;
SELECT 1 AS a, 2 AS a INTO chosen;
