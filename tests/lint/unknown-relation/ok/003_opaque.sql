CREATE TABLE events (id bigint, day date) PARTITION BY RANGE (day);
DO $$ BEGIN EXECUTE format('CREATE TABLE events_%s PARTITION OF events DEFAULT', 'rest'); END $$;
CREATE INDEX ON events_rest (id);
