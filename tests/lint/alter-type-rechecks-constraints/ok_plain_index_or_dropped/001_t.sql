CREATE TABLE t (a varchar(5) CONSTRAINT a_there CHECK (a <> ''), b varchar(5) UNIQUE, c varchar(5));
CREATE INDEX t_b ON t (b);
ALTER TABLE t ADD CONSTRAINT c_there CHECK (c <> '') NOT VALID;
