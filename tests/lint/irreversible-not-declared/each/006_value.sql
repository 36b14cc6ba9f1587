ALTER TYPE mood ADD VALUE 'happy';
-- godwit:down
SELECT 1;
