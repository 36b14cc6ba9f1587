CREATE SCHEMA s;
CREATE TABLE s.pt (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE s.p1 (a int, b int);
