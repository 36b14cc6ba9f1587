DO $$ BEGIN EXECUTE 'DROP TABLE ' || (SELECT name FROM old_tables LIMIT 1); END $$;
