-- options: warn-only
CREATE TABLE a (id int);
CREATE INDEX CONCURRENTLY i ON users (id);
