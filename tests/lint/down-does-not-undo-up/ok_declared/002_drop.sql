-- Irreversible: the nicknames are not kept
-- godwit:allow(drop-column) not read since release 41
ALTER TABLE users DROP COLUMN nickname;
-- godwit:down
SELECT 1;
