CREATE TABLE a (id int);
ALTER TABLE there ADD COLUMN x int, ADD COLUMN y int;
-- godwit:down
ALTER TABLE there DROP COLUMN x;
