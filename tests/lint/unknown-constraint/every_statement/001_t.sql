CREATE TABLE t (id bigint PRIMARY KEY, a int CONSTRAINT positive CHECK (a > 0));
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
