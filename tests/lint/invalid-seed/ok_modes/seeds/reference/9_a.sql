-- Seed: reference
-- Description: In reference twice over
INSERT INTO countries VALUES ('de', 'Germany') ON CONFLICT DO NOTHING;
-- godwit:verify
SELECT count(*) > 0 FROM countries;
