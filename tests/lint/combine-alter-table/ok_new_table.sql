CREATE TABLE users (id int, org int);
ALTER TABLE users ALTER COLUMN id TYPE bigint USING id::bigint;
ALTER TABLE users ALTER COLUMN org TYPE bigint USING org::bigint;
