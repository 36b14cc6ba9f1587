CREATE TABLE t (a varchar(5) CONSTRAINT a_there CHECK (a <> ''), b varchar(5), c varchar(5), d int);
CREATE INDEX t_b ON t (d) WHERE b <> '';
CREATE INDEX t_c ON t (lower(c));
