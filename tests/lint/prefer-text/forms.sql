-- options: require-primary-key=off
CREATE TABLE a (b varchar(10), c character varying(20)[], d varchar, e text);
ALTER TABLE a ADD COLUMN f varchar(100) NOT NULL DEFAULT '', ADD COLUMN g varchar;
ALTER TABLE a ALTER COLUMN d TYPE varchar(50);
