DO $$ BEGIN EXECUTE format('CREATE TABLE parts_%s (id bigint)', 2026); END $$;
-- godwit:down
DO $$ BEGIN EXECUTE format('DROP TABLE parts_%s', 2026); END $$;
