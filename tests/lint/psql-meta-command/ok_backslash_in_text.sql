SELECT E'\n', '
\connect crm';
