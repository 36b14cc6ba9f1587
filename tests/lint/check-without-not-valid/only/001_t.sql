CREATE TABLE pt (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE t (a int);
