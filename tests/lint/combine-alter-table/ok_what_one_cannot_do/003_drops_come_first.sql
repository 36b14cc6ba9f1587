-- godwit:allow-file(set-not-null-scan, drop-constraint) on purpose
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT c;
