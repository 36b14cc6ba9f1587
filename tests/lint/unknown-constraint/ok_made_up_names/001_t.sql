CREATE TABLE x1 (a int, b int, EXCLUDE USING gist (box(point(a, a), point(b, b)) WITH &&));
CREATE TABLE n9 (x int CHECK (true));
