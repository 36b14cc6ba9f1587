SET LOCAL session_replication_role = replica;
UPDATE users SET name = 'x' WHERE id = 1;
