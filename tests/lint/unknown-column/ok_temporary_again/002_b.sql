CREATE TEMP TABLE moved (b int) ON COMMIT DROP;
CREATE INDEX moved_a ON moved (b);
INSERT INTO moved (b) VALUES (1);
CREATE TABLE orders (id bigint PRIMARY KEY, c int);
