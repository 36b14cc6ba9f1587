-- options: transaction=none
-- godwit:allow-file(drop-database) not for a whole file
DROP DATABASE a;
