SELECT 1;
-- godwit:dwon
SELECT 2;
