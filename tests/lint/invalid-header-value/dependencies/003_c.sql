-- Dependencies:
-- Author: x
SELECT 1;
