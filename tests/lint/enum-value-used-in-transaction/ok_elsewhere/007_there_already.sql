ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy';
UPDATE users SET mood = 'happy' WHERE id = 6;
