-- godwit:allow-file(alter-column-type, multi-table-lock, combine-alter-table, change-default) beside the point
ALTER TABLE t ALTER COLUMN a TYPE integer;
ALTER TABLE t ALTER COLUMN b TYPE integer;
ALTER TABLE t ALTER COLUMN c TYPE uuid;
ALTER TABLE t ALTER COLUMN d TYPE bigint;
ALTER TABLE t ALTER COLUMN e TYPE boolean USING e::boolean;
ALTER TABLE t ALTER COLUMN f TYPE other_mood USING f::other_mood;
ALTER TABLE t ALTER COLUMN g TYPE jsonb;
ALTER TABLE t ALTER COLUMN h TYPE mood USING CASE h WHEN 'x' THEN 'ok' ELSE 'sad' END;
ALTER TABLE t ALTER COLUMN i TYPE uuid;
ALTER TABLE t ALTER COLUMN j TYPE mood;
ALTER TABLE held ALTER COLUMN a TYPE mood USING a::mood;
ALTER TABLE held ALTER COLUMN b TYPE int USING b::int, ALTER COLUMN b SET DEFAULT 1;
ALTER TABLE held ALTER COLUMN c TYPE boolean USING c::boolean;
ALTER TABLE held ALTER COLUMN d TYPE bigint USING extract(epoch FROM d);
