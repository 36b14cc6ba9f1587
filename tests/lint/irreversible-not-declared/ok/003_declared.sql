-- Irreversible: the nicknames are gone
-- godwit:allow(drop-column) not used since release 41
ALTER TABLE users DROP COLUMN nickname;
