-- +goose Up
ALTER TABLE clients ADD COLUMN team text;

-- +goose Down
ALTER TABLE clients DROP COLUMN team;
