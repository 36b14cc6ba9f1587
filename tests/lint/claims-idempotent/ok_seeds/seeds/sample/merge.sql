CREATE TEMP TABLE new_rows (LIKE users INCLUDING DEFAULTS) ON COMMIT DROP;
COPY new_rows (id, email) FROM stdin WITH (FORMAT csv);
1,"it's; a
b"
\.
INSERT INTO users (id, email) SELECT id, email FROM new_rows
  ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email;
