ALTER TABLE users ADD COLUMN age int CHECK (age > 0);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
ALTER TABLE users ADD COLUMN rank positive;
