-- Dependencies: b, reference/a
INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
