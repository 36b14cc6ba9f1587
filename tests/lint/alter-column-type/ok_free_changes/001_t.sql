CREATE DOMAIN email AS text;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (i int, i2 integer, s varchar(20), s2 varchar, x text, n numeric(10,2), b varbit(5), ts timestamp(3), tz timestamptz, ti time(0), iv interval(3), c cidr, d email, ch char(4), j json, a int[], m mood, p positive, bi bit(4));
