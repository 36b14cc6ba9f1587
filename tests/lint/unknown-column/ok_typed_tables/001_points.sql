CREATE TYPE point_of_sale AS (street text, town text);
CREATE TABLE shops OF point_of_sale (street WITH OPTIONS NOT NULL);
ALTER TYPE point_of_sale ADD ATTRIBUTE country text CASCADE;
COMMENT ON COLUMN shops.country IS 'ISO 3166';
