-- Dependencies: 1
ALTER TABLE a ADD COLUMN b text;
