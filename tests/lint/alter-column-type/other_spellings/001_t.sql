CREATE TABLE t (id bigint PRIMARY KEY, a oid, b int, c regclass, d xml, e varchar(5)[], f numeric(5,2)[], g timestamp(3)[]);
