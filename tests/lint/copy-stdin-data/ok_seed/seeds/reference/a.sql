CREATE TEMP TABLE new_rows (LIKE countries) ON COMMIT DROP;
COPY new_rows FROM stdin;
\.
COPY new_rows FROM stdin /* of the ; world */ ;
at	Austria
\.
