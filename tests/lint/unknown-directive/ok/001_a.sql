SELECT 1;
-- godwit:down
SELECT 2;
