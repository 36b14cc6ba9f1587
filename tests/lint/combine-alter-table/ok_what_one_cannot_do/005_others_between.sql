-- godwit:allow-file(set-not-null-scan, multi-table-lock) on purpose
ALTER TABLE t ADD COLUMN d bigint;
ALTER TABLE u ADD CONSTRAINT u_t_fkey FOREIGN KEY (t) REFERENCES t (id) NOT VALID;
ALTER TABLE t ALTER COLUMN c SET NOT NULL;
