ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer + 1;
