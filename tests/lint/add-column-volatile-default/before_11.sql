-- options: postgres=10
ALTER TABLE users ADD COLUMN plan text DEFAULT 'free', ADD COLUMN note text DEFAULT NULL;
