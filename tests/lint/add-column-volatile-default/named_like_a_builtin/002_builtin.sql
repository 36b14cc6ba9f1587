ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now();
