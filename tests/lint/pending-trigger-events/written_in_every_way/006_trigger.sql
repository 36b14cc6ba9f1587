INSERT INTO watched VALUES (1, false);
ALTER TABLE watched ADD COLUMN c int;
