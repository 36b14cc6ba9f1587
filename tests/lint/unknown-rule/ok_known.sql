-- godwit:allow(drop-column, set-not-null-scan) not used
ALTER TABLE users DROP COLUMN a, ALTER COLUMN b SET NOT NULL;
