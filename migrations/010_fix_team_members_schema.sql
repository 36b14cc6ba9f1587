-- ================================================
-- Migration 010: Fix team_members schema alignment
-- Created: 2025-11-08
-- Purpose: Give team_members what sign-in and the assistant need: language, active, failed attempts, last login
-- Idempotency: YES
-- Dependencies: 7
-- ================================================

BEGIN;

-- One ALTER TABLE, so one lock. Each default is a constant, which PostgreSQL keeps in the catalog instead of
-- rewriting the table, and no column has a CHECK, which would scan it: the lock is held for milliseconds, however
-- many rows there are.
ALTER TABLE team_members
    ADD COLUMN IF NOT EXISTS department text,
    ADD COLUMN IF NOT EXISTS language text NOT NULL DEFAULT 'en',
    ADD COLUMN IF NOT EXISTS is_active boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS pin_hash text,
    ADD COLUMN IF NOT EXISTS failed_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS locked_until timestamptz,
    ADD COLUMN IF NOT EXISTS last_login_at timestamptz,
    ADD COLUMN IF NOT EXISTS preferences jsonb NOT NULL DEFAULT '{}';

-- What sign-in may see of a person: never the hash of the PIN.
CREATE OR REPLACE VIEW active_team_members AS
    SELECT id, email, name, role, department, language, last_login_at
    FROM team_members
    WHERE is_active AND (locked_until IS NULL OR locked_until <= now());

COMMENT ON VIEW active_team_members IS 'Team members who may sign in now';
COMMENT ON COLUMN team_members.pin_hash IS 'bcrypt; null until the person has chosen a PIN';
COMMENT ON COLUMN team_members.locked_until IS 'No sign-in before that time, after too many failed attempts';

COMMIT;

-- godwit:verify

SELECT count(*) = 8
FROM pg_attribute
WHERE attrelid = 'team_members'::regclass
  AND attname IN ('department', 'language', 'is_active', 'pin_hash', 'failed_attempts', 'locked_until', 'last_login_at',
                  'preferences')
  AND NOT attisdropped;

SELECT to_regclass('active_team_members') IS NOT NULL;

-- godwit:down

DROP VIEW IF EXISTS active_team_members;

ALTER TABLE team_members
    DROP COLUMN IF EXISTS department,
    DROP COLUMN IF EXISTS language,
    DROP COLUMN IF EXISTS is_active,
    DROP COLUMN IF EXISTS pin_hash,
    DROP COLUMN IF EXISTS failed_attempts,
    DROP COLUMN IF EXISTS locked_until,
    DROP COLUMN IF EXISTS last_login_at,
    DROP COLUMN IF EXISTS preferences;
