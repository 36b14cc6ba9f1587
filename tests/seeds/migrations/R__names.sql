CREATE OR REPLACE VIEW country_names AS SELECT name FROM countries;
