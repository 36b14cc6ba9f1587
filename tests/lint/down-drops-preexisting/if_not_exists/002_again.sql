CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY);
ALTER TABLE users ADD COLUMN IF NOT EXISTS a int;
-- godwit:down
-- godwit:allow(drop-table) what this case is about has a rule of its own
DROP TABLE users;
