ALTER TABLE users ALTER COLUMN id TYPE bigint USING id::bigint;
UPDATE users SET name = 'x' WHERE name IS NULL;
ALTER TABLE users ALTER COLUMN name SET NOT NULL;
