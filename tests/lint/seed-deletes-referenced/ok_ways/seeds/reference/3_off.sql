SET LOCAL session_replication_role = replica;
DELETE FROM countries;
INSERT INTO countries (code) VALUES ('at') ON CONFLICT DO NOTHING;
