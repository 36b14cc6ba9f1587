-- Dependencies: sample/b
INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
