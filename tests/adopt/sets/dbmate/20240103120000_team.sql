-- migrate:up
ALTER TABLE clients ADD COLUMN team text;

-- migrate:down
ALTER TABLE clients DROP COLUMN team;
