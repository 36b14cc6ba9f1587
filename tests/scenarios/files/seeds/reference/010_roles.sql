-- Description: Users that every installation has
-- Dependencies: 1
INSERT INTO users (id, name, role) OVERRIDING SYSTEM VALUE VALUES (1, 'system', 'admin')
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, role = EXCLUDED.role;
