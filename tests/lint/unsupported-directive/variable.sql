-- +goose ENVSUB ON
-- +goose Up
ALTER ROLE app SET search_path = ${SCHEMA};
COMMENT ON ROLE app IS '${SCHEMA}';
