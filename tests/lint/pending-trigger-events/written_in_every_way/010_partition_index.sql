INSERT INTO parts_2 VALUES (1001, 1);
CREATE INDEX parts_by_e ON parts (e);
