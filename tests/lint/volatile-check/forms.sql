CREATE TABLE a (id bigint PRIMARY KEY, b date CHECK (b > current_date), c timestamptz, CONSTRAINT c_past CHECK (c < now()));
ALTER TABLE a ADD COLUMN d text CHECK (d = current_user);
ALTER TABLE a ADD CONSTRAINT e CHECK (b > pg_catalog.clock_timestamp()) NOT VALID;
