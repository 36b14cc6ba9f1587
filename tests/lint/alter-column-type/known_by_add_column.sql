ALTER TABLE users ADD COLUMN note varchar(10);
ALTER TABLE users ALTER COLUMN note TYPE text;
ALTER TABLE users ALTER COLUMN note TYPE varchar(5);
