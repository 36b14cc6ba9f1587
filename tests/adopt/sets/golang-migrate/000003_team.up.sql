ALTER TABLE clients ADD COLUMN team text;
