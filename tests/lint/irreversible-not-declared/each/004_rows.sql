DELETE FROM users WHERE id < 0;
-- godwit:down
SELECT 1;
