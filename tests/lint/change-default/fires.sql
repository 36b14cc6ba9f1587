-- options: change-default=warn
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open';
