-- godwit:allow-file(alter-column-type, drop-column, multi-table-lock, primary-key-without-index, combine-alter-table) beside the point
ALTER TYPE address ALTER ATTRIBUTE zip TYPE bigint;
ALTER TABLE people ALTER COLUMN a TYPE bigint;
ALTER TYPE unused ALTER ATTRIBUTE zip TYPE bigint;
ALTER TABLE people ALTER COLUMN b TYPE bigint;
ALTER TABLE made ALTER COLUMN id TYPE bigint, DROP COLUMN twice;
ALTER TABLE keyed ADD PRIMARY KEY (other), DROP COLUMN id;
