-- Transaction: none
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'cold';
UPDATE users SET mood = 'cold' WHERE id = 5;
