-- Transaction: none
SET statement_timeout = 0;
CREATE TABLE a (id int);
CREATE INDEX CONCURRENTLY i ON users (id);
