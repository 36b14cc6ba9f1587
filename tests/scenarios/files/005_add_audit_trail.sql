-- Migration 005: Add audit trail functionality
-- Created: 2024-11-08
-- Dependencies: 004
CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name text NOT NULL,
  operation text NOT NULL,
  logged_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION audit_trigger_function() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_logs (table_name, operation) VALUES (tg_table_name, tg_op);
  RETURN coalesce(new, old);
END $$;
CREATE TRIGGER audit_users_trigger AFTER INSERT OR UPDATE OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION audit_trigger_function();
-- godwit:down
DROP TRIGGER audit_users_trigger ON users;
DROP FUNCTION audit_trigger_function();
DROP TABLE audit_logs;
-- godwit:verify
SELECT count(*) = 1 FROM pg_trigger WHERE tgname = 'audit_users_trigger';
