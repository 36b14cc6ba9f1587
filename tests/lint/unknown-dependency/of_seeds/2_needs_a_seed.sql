-- Dependencies: reference/a
SELECT 1;
