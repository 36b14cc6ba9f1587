-- godwit:allow-file(drop-table)
DROP TABLE a;
