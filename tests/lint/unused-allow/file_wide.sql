-- godwit:allow-file(drop-table, truncate) only one of them
DROP TABLE a;
