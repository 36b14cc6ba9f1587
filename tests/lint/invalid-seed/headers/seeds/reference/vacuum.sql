INSERT INTO countries VALUES ('at', 'Austria') ON CONFLICT DO NOTHING;
VACUUM countries;
