UPDATE users SET place.x = 1, place.y = 2, tags[1] = 'a', tags[2] = 'b';
INSERT INTO users (id, "ID") VALUES (1, 2);
CREATE TABLE t (a int, "A" int, FOREIGN KEY (a) REFERENCES users (id));
ALTER TABLE t ADD FOREIGN KEY (a, a) REFERENCES users (id, "ID");
CREATE INDEX t_a ON t (a, a);
INSERT INTO t (a) SELECT a FROM t;
