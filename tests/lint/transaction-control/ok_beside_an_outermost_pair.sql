CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE SCHEMA IF NOT EXISTS sales;

BEGIN;
CREATE TABLE sales.orders (id bigint PRIMARY KEY, token uuid DEFAULT gen_random_uuid());
COMMIT;

COMMENT ON TABLE sales.orders IS 'what was ordered';
