-- options: fixed-schema=warn
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE TABLE notes (id bigint PRIMARY KEY, country text REFERENCES public.countries (code));
CREATE INDEX notes_country_idx ON notes (country);
INSERT INTO notes (id, country) SELECT 1, code FROM public.countries LIMIT 1;
CREATE TRIGGER touched BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION public.touch();
DROP TRIGGER touched ON notes;
DROP TABLE notes;
