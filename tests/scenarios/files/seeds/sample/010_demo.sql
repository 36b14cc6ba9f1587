-- Description: Demo users and their documents
-- Dependencies: reference/010_roles
CREATE TEMP TABLE new_users (LIKE users) ON COMMIT DROP;
COPY new_users (id, name, role) FROM stdin;
2	Ann	client
3	Bob	client
\.
INSERT INTO users (id, name, role) OVERRIDING SYSTEM VALUE SELECT id, name, role FROM new_users
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, role = EXCLUDED.role;
