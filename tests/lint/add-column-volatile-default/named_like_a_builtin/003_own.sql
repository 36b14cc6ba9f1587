ALTER TABLE users ADD COLUMN b timestamptz DEFAULT now(5);
