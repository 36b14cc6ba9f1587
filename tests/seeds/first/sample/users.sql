-- Description: People to try things with
-- Dependencies: 1, reference/10_countries
CREATE TEMP TABLE new_users (LIKE users INCLUDING DEFAULTS) ON COMMIT DROP;
COPY new_users (id, email) FROM stdin WITH (FORMAT csv, HEADER);
id,email
1,"ann@example.com"
2,"bob
and bea@example.com"
\.
INSERT INTO users (id, email) SELECT id, email FROM new_users
ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email;
