-- Deploy flipr:users to pg
BEGIN;
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
COMMIT;
