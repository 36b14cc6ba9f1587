DROP TABLE old_ones;
-- godwit:down
CREATE TABLE old_ones (id int);
