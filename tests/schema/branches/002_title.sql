-- Dependencies: 1
ALTER TABLE notes ADD COLUMN title text, ALTER COLUMN id TYPE bigint;
