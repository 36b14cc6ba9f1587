DO $$ BEGIN EXECUTE format('CREATE TABLE parts_%s (id bigint)', extract(year FROM now())); END $$;
-- godwit:down
DO $$ BEGIN EXECUTE format('DROP TABLE parts_%s', extract(year FROM now())); END $$;
