-- Deploy flipr:clients to pg
BEGIN;
CREATE TABLE clients (id bigint PRIMARY KEY, user_id bigint);
COMMIT;
