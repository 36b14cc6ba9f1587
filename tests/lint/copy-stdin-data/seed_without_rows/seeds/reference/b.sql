CREATE TEMP TABLE new_rows (LIKE countries) ON COMMIT DROP;
COPY new_rows FROM stdin WITH (FORMAT binary);
\.
COPY countries TO STDOUT;
