-- Migration 008: Tenant of an audit line (branch feature_audit)
-- Dependencies: 005
ALTER TABLE audit_logs ADD COLUMN tenant_id uuid;
-- godwit:down
ALTER TABLE audit_logs DROP COLUMN tenant_id;
