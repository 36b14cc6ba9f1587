CREATE TEMP TABLE new_countries (LIKE countries) ON COMMIT DROP;
CREATE INDEX new_countries_code_idx ON new_countries (code);
INSERT INTO new_countries VALUES ('at', 'Austria');
ANALYZE new_countries;
INSERT INTO countries (code, name) SELECT code, name FROM new_countries
  ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name;
DROP TABLE IF EXISTS new_countries;
DELETE FROM users WHERE country = 'xx';
