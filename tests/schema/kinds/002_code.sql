-- Description: What runs by itself
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION total_of(client bigint, since timestamptz DEFAULT now()) RETURNS numeric(12, 2) LANGUAGE sql AS 'SELECT 0.0';
CREATE PROCEDURE tidy(days int) LANGUAGE sql AS 'SELECT 1';
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (client_id > 0);
CREATE RULE no_delete AS ON DELETE TO crm."Clients" DO INSTEAD NOTHING;
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX ON events (what);
-- godwit:down
DROP TABLE events;
DROP RULE no_delete ON crm."Clients";
DROP POLICY own ON orders;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
DROP TRIGGER touch ON orders;
DROP PROCEDURE tidy(int);
DROP FUNCTION total_of(bigint, timestamptz);
DROP FUNCTION touch();
