-- godwit:allow(drop-table) empty since release 41
DROP TABLE users;
