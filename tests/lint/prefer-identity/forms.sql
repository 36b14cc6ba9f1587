-- options: prefer-bigint=off
CREATE TABLE a (id serial PRIMARY KEY, b bigserial, c smallserial, d serial8);
ALTER TABLE a ADD COLUMN e serial;
