-- options: column-alignment=warn
CREATE TABLE t (a boolean NOT NULL, id bigint PRIMARY KEY, b boolean NOT NULL, at timestamptz NOT NULL);
