SELECT 1;
\connect crm
SELECT 2;
