-- godwit:allow-file(set-not-null-scan, rename-column) on purpose
ALTER TABLE t ADD COLUMN new_b int;
ALTER TABLE t RENAME COLUMN b TO old_b;
ALTER TABLE t ALTER COLUMN old_b SET NOT NULL;
