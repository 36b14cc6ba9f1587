-- Deploy flipr:team to pg
BEGIN;
ALTER TABLE clients ADD COLUMN team text;
COMMIT;
