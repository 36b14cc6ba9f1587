ALTER TABLE users ADD COLUMN IF NOT EXISTS a int, ADD COLUMN b int;
-- godwit:down
-- godwit:allow(drop-column) what this case is about has a rule of its own
ALTER TABLE users DROP COLUMN b, DROP COLUMN a;
