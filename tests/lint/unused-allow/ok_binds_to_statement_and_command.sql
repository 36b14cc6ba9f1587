-- godwit:allow(drop-table) not used since release 41
-- and more prose
DROP TABLE users, sessions;
ALTER TABLE people
  -- godwit:allow(drop-column) not read since release 41
  DROP COLUMN a,
  /* godwit:allow(set-not-null-scan) 12 rows */
  ALTER COLUMN b SET NOT NULL;
-- godwit:allow(drop-table) not used
DO $$ BEGIN DROP TABLE t; END $$;
DO $$ BEGIN
  -- godwit:allow(drop-table) not used
  DROP TABLE t;
END $$;
