-- godwit:allow-file(alter-column-type) on purpose
ALTER TABLE t ADD COLUMN n text;
ALTER TABLE t ALTER COLUMN n TYPE varchar(5);
