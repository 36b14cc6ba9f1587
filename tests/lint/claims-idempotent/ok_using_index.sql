-- Idempotency: YES
-- godwit:allow-file(drop-constraint, require-concurrent-index) on purpose
ALTER TABLE t DROP CONSTRAINT IF EXISTS c;
CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a);
ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i;
