ALTER TYPE mood ADD VALUE 'happy';
UPDATE users SET note = 'happy', mood = 'sad' WHERE id = 1;
COMMENT ON TABLE users IS 'happy';
