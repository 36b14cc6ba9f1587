-- Transaction: none
ALTER TABLE users ADD COLUMN IF NOT EXISTS plan text;
UPDATE users SET plan = 'free' WHERE plan IS NULL;
