DELETE FROM prices;
DELETE FROM currencies;
INSERT INTO currencies (code) VALUES ('eur') ON CONFLICT DO NOTHING;
INSERT INTO countries (code) VALUES ('at') ON CONFLICT (code) DO UPDATE SET code = excluded.code;
DELETE FROM countries WHERE code = 'su';
DELETE FROM rates;
INSERT INTO rates (code) VALUES ('low') ON CONFLICT DO NOTHING;
DELETE FROM regions;
INSERT INTO regions (code) VALUES ('north') ON CONFLICT DO NOTHING;
