-- godwit:allow(drop-table) not used since release 41
DROP TABLE old_users;
