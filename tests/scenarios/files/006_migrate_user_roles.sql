-- Migration 006: Migrate user roles to the new format
-- Created: 2024-11-08
-- Dependencies: 005
ALTER TABLE users ADD COLUMN role_new text;
-- godwit:allow(ddl-with-backfill, unbatched-update) there are few users
UPDATE users SET role_new = CASE role WHEN 'client' THEN 'user' END;
-- godwit:allow(set-not-null-scan) there are few users
ALTER TABLE users ALTER COLUMN role_new SET NOT NULL;
-- godwit:down
ALTER TABLE users DROP COLUMN role_new;
