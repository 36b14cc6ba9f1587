ALTER TABLE users ADD COLUMN m mood;
DROP TYPE nothing;
