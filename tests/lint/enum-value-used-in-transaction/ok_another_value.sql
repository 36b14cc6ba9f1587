ALTER TYPE mood ADD VALUE 'happy';
INSERT INTO notes VALUES ('sad'::mood, 'happy'::text, 'happy'::other);
UPDATE people SET feeling = 'sad' WHERE id = 1;
