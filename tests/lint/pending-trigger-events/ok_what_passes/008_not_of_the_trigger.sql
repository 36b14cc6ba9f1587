UPDATE watched SET id = 2 WHERE id = 1;
ALTER TABLE watched ADD COLUMN i int;
