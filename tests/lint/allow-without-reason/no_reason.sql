-- godwit:allow(drop-table)
DROP TABLE users;
