CREATE TABLE a (id bigint PRIMARY KEY, parent bigint REFERENCES a, other bigint REFERENCES public.a (id));
CREATE TABLE b (id bigint, x int, y int, p int, q int, FOREIGN KEY (p, q) REFERENCES b (x, y), UNIQUE (y, x), PRIMARY KEY (id));
CREATE TABLE c (LIKE a INCLUDING ALL, up bigint, FOREIGN KEY (up) REFERENCES c (id));
CREATE TABLE d (id bigint, up bigint);
ALTER TABLE d ADD FOREIGN KEY (up) REFERENCES d, ADD PRIMARY KEY (id);
CREATE TABLE IF NOT EXISTS a (id bigint, parent bigint REFERENCES a (parent));
