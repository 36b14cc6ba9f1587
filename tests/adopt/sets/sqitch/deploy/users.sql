-- Deploy flipr:users to pg
BEGIN;
COMMENT ON TABLE users IS 'Users.';
COMMIT;
