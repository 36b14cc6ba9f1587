CREATE TABLE IF NOT EXISTS users (email character varying(20), id bigserial PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY);
