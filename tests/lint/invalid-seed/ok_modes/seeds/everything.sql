-- Seed: full
-- Dependencies: acme/c
INSERT INTO countries VALUES ('li', 'Liechtenstein') ON CONFLICT DO NOTHING;
