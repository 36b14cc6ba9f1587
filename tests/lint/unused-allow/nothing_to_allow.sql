-- godwit:allow(drop-table) not used since release 41
CREATE TABLE a (id int);
ALTER TABLE users
  -- godwit:allow(drop-column, set-not-null-scan) small
  DROP COLUMN a,
  ALTER COLUMN b SET NOT NULL;
-- godwit:allow(drop-table) behind the last statement
