ALTER TABLE watched DISABLE TRIGGER watched_late;
INSERT INTO watched VALUES (3, false);
ALTER TABLE watched ADD COLUMN j int;
ALTER TABLE watched ENABLE TRIGGER watched_late;
