CREATE TABLE old (id bigint, a int, CONSTRAINT old_a UNIQUE (a));
