-- squawk-ignore ban-drop-table
DROP TABLE sessions;
-- atlas:nolint destructive
ALTER TABLE users DROP COLUMN a;
-- atlas:nolint
TRUNCATE users CASCADE;
-- squawk-ignore require-concurrent-index-creation, prefer-robust-stmts
CREATE INDEX i ON users (a);
-- squawk-ignore adding-serial-primary-key-field
SELECT 1;
