CREATE TABLE a (id bigint PRIMARY KEY, b varchar, c text);
-- godwit:down
ALTER TABLE a ADD COLUMN d varchar(5);
