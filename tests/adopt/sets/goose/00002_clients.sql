-- +goose Up
-- Clients, straße and all.
CREATE TABLE clients (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users
);
CREATE INDEX clients_user_id_idx ON clients (user_id);

-- +goose Down
DROP TABLE clients;
