-- godwit:allow-file(drop-extension, drop-table) both sections
DROP TABLE a;
-- godwit:down
DROP EXTENSION b;
