ALTER TABLE t ADD COLUMN c text CHECK (c <> '') CHECK (length(c) < 9);
