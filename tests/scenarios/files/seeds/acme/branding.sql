-- Description: The users of a customer
INSERT INTO users (id, name) OVERRIDING SYSTEM VALUE VALUES (10, 'ACME') ON CONFLICT DO NOTHING;
