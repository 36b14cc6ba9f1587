-- Dependencies: [1,
SELECT 1;
