SELECT 1;
-- godwit:verify
SELECT true;
WITH x AS (SELECT 1) SELECT count(*) = 1 FROM x;
VALUES (true);
