DELETE FROM countries;
COPY countries (code) FROM stdin;
at
\.
DELETE FROM currencies;
INSERT INTO currencies (code) VALUES ('eur') ON CONFLICT DO NOTHING;
