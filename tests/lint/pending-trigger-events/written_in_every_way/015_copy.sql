COPY watched FROM '/srv/watched.csv' (FORMAT csv);
ALTER TABLE watched ADD COLUMN i int;
