ALTER TABLE users ALTER COLUMN rate TYPE int;
-- godwit:down
ALTER TABLE users ALTER COLUMN rate TYPE numeric(10, 2);
