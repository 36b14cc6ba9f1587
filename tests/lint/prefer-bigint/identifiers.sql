-- options: prefer-text=off require-constraint-name=off prefer-identity=off require-primary-key=off
CREATE TABLE narrow (id int PRIMARY KEY);
CREATE TABLE wide (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  number smallserial,
  wide_id integer REFERENCES wide (id),
  other smallint,
  third int,
  FOREIGN KEY (other) REFERENCES wide,
  UNIQUE (third)
);
ALTER TABLE orders ADD COLUMN parent_id int4, ADD COLUMN n int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE orders ALTER COLUMN third TYPE smallint;
ALTER TABLE orders ALTER COLUMN parent_id TYPE int;
