ALTER TYPE point_of_sale RENAME ATTRIBUTE country TO land CASCADE;
COMMENT ON COLUMN shops.land IS 'ISO 3166';
ALTER TYPE point_of_sale DROP ATTRIBUTE town CASCADE;
CREATE VIEW places AS SELECT street, land FROM shops;
