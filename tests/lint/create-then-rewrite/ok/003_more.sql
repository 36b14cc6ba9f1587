ALTER TABLE notes ADD COLUMN at timestamptz;
