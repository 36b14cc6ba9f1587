DROP TABLE IF EXISTS scratch;
CREATE TABLE scratch (id int);
