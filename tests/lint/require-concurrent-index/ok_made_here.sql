CREATE TABLE IF NOT EXISTS users (id int, email text);
CREATE INDEX users_email ON users (email);
CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;
CREATE UNIQUE INDEX v_a ON v (a);
CREATE TEMP TABLE scratch (id int);
CREATE INDEX ON scratch (id);
