-- squawk-ignore-file ban-drop-table
DROP TABLE a;
DROP TABLE b;
