CREATE TABLE t (id bigint PRIMARY KEY);
CREATE TYPE pair AS (a int);
