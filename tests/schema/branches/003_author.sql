-- Dependencies: 1
ALTER TABLE notes ADD COLUMN author text, ALTER COLUMN id SET NOT NULL;
