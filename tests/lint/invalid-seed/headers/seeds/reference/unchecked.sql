-- Syntax: unchecked of a newer server
INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
