-- options: postgres=18
-- Syntax: unchecked NOT NULL NOT VALID is of PostgreSQL 18
DROP TABLE t;
ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID;
