CREATE TABLE t (id bigint PRIMARY KEY, parent bigint CONSTRAINT up REFERENCES t);
