CREATE TABLE t (id bigint PRIMARY KEY); -- ${schema}
