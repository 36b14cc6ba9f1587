-- Dependencies: a_misspelt_1, 2
INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
