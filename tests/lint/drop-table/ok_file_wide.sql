-- godwit:allow-file(drop-table, drop-column) everything here was unused since release 41
DROP TABLE a;
ALTER TABLE b DROP COLUMN c;
DROP TABLE d;
