ALTER TYPE mood ADD VALUE 'happy';
INSERT INTO notes VALUES ('happy'::mood);
UPDATE people SET feeling = 'happy' WHERE id = 1;
DELETE FROM people WHERE feeling = 'happy';
