CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text);
CREATE UNIQUE INDEX ON a (b, c);
CREATE INDEX ON a (lower(c));
DO $$ BEGIN CREATE INDEX ON a (c); END $$;
