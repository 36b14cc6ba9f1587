ALTER TYPE mood ADD VALUE 'glad';
UPDATE users SET mood = 'happy' WHERE id = 2;
