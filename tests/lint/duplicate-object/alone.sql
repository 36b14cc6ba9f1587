-- godwit:allow-file(require-primary-key) beside the point
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0) NOT VALID;
CREATE TABLE u (id int);
CREATE TABLE u (id int);
CREATE TYPE mood AS ENUM ('sad');
CREATE TYPE mood AS ENUM ('ok');
