-- Transaction: none
ALTER TABLE users ADD COLUMN IF NOT EXISTS plan text;
ALTER TABLE orders ADD COLUMN IF NOT EXISTS plan text;
