ALTER TABLE child ALTER COLUMN parent_id TYPE integer;
