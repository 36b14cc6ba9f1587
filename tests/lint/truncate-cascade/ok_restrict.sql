-- godwit:allow(truncate) a cache
TRUNCATE users RESTRICT;
