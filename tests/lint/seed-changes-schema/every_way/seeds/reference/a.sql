CREATE TABLE IF NOT EXISTS cities (name text PRIMARY KEY);
ALTER TABLE countries ADD COLUMN IF NOT EXISTS flag text;
CREATE OR REPLACE VIEW all_countries AS SELECT code FROM countries;
ALTER SEQUENCE IF EXISTS numbers RESTART;
CREATE INDEX IF NOT EXISTS countries_name_idx ON countries (name);
DO $$ BEGIN CREATE TABLE IF NOT EXISTS hidden (id bigint PRIMARY KEY); END $$;
DROP TABLE IF EXISTS old_countries;
GRANT SELECT ON countries TO PUBLIC;
COMMENT ON TABLE countries IS 'of the world';
