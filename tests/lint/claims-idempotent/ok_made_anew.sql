-- Idempotency: YES
DROP TABLE IF EXISTS crm_notes;
CREATE TABLE crm_notes (id int, body text);
CREATE INDEX crm_notes_body ON crm_notes (body);
CREATE INDEX ON crm_notes (id);
ALTER TABLE crm_notes ADD CONSTRAINT body_there CHECK (body <> '');
ALTER TABLE crm_notes ADD COLUMN at timestamptz;
ALTER TABLE crm_notes RENAME COLUMN at TO made_at;
INSERT INTO crm_notes (id) VALUES (1);
UPDATE crm_notes SET id = id + 1 WHERE id > 0;
CREATE TEMP TABLE scratch (id int);
CREATE INDEX scratch_id ON scratch (id);
INSERT INTO scratch VALUES (1);
DROP FUNCTION IF EXISTS total(int);
CREATE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
DROP FUNCTION IF EXISTS whole;
CREATE FUNCTION whole(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
