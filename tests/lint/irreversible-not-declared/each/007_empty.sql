TRUNCATE users;
-- godwit:down
SELECT 1;
