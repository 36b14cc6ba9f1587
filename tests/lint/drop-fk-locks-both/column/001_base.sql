CREATE TABLE u (id bigint PRIMARY KEY, a int, b int, UNIQUE (a, b));
CREATE TABLE t (id bigint PRIMARY KEY, u_id bigint CONSTRAINT t_u REFERENCES u, a int, b int, parent bigint REFERENCES t, plain int, FOREIGN KEY (a, b) REFERENCES u (a, b));
