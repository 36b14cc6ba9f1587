ALTER TABLE users DROP COLUMN nickname;
-- godwit:down
ALTER TABLE users ADD COLUMN nickname text;
