-- godwit:allow(set-not-null-scan) small
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
