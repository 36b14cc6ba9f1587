-- options: column-alignment=warn
CREATE TABLE t (id bigint NOT NULL, premium boolean NOT NULL, balance integer NOT NULL, age smallint NOT NULL);
