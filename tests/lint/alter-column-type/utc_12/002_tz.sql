SET LOCAL timezone TO 'UTC';
ALTER TABLE events ALTER COLUMN at TYPE timestamptz;
