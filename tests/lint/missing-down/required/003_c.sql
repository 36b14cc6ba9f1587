-- Irreversible: the old values are gone
UPDATE a SET id = 1;
