-- Idempotency: YES
-- Dependencies: 001
INSERT INTO numbered (name) VALUES ('a') ON CONFLICT DO NOTHING;
INSERT INTO made_up (name) VALUES ('a') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
INSERT INTO made_up (id, name) VALUES (gen_random_uuid(), 'a') ON CONFLICT DO NOTHING;
INSERT INTO made_up VALUES (DEFAULT, 'a') ON CONFLICT DO NOTHING;
INSERT INTO plain (name) VALUES ('a') ON CONFLICT DO NOTHING;
INSERT INTO counted (name) SELECT name FROM plain ON CONFLICT DO NOTHING;
MERGE INTO plain USING (VALUES ('a')) AS new (name) ON false WHEN NOT MATCHED THEN INSERT VALUES (new.name);
