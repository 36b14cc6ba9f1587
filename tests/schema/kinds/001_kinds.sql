-- Description: One of each kind that verify compares
CREATE SCHEMA crm;
CREATE TYPE crm.mood AS ENUM ('sad', 'Very happy');
CREATE DOMAIN price AS numeric(12, 2) NOT NULL DEFAULT 0 CONSTRAINT price_positive CHECK (value >= 0);
CREATE TYPE address AS (street text, "Zip code" varchar(10));
CREATE TABLE crm."Clients" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "Name" varchar(200) NOT NULL,
  mood crm.mood[] DEFAULT '{}',
  home address,
  joined timestamptz(3) NOT NULL DEFAULT now(),
  lower_name text GENERATED ALWAYS AS (lower("Name")) STORED,
  flag "char",
  code char(3),
  fee numeric(12, 2) NOT NULL,
  span interval day to second,
  CONSTRAINT name_not_empty CHECK ("Name" <> '')
);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  client_id bigint NOT NULL REFERENCES crm."Clients" ON DELETE CASCADE,
  total numeric(12, 2) NOT NULL,
  note text,
  price price,
  UNIQUE (client_id, total)
);
CREATE INDEX orders_note_idx ON orders (lower(note), total) INCLUDE (price) WHERE total > 0;
CREATE INDEX clients_mood_idx ON crm."Clients" USING gin (mood);
CREATE UNIQUE INDEX clients_name_idx ON crm."Clients" ("Name");
CREATE SEQUENCE numbers;
CREATE VIEW totals AS SELECT client_id, sum(total) AS total FROM orders GROUP BY client_id;
CREATE MATERIALIZED VIEW all_totals AS SELECT sum(total) AS total FROM orders;
