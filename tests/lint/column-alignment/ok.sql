-- options: column-alignment=warn
CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz NOT NULL, a boolean NOT NULL, b boolean NOT NULL);
