-- +goose ENVSUB ON
-- +goose Up
CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
-- +goose ENVSUB OFF
COMMENT ON FUNCTION one() IS 'costs $5, or ${price}';
