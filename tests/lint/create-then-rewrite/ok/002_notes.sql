CREATE TABLE notes (id int PRIMARY KEY, body varchar(10));
ALTER TABLE notes ALTER COLUMN body TYPE text;
