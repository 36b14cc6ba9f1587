UPDATE watched SET seen = true WHERE id = 1;
ALTER TABLE watched ADD COLUMN d int;
