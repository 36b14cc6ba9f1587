-- Migration 002: Split the names
-- Dependencies: 1
-- Code: split_names
-- Code-Down: join_names
ALTER TABLE people ADD COLUMN first_name text, ADD COLUMN last_name text;

-- godwit:down
ALTER TABLE people DROP COLUMN first_name, DROP COLUMN last_name;

-- godwit:verify
SELECT NOT EXISTS (SELECT FROM people WHERE last_name IS NULL);
