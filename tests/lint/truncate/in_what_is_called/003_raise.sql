DO $$ BEGIN RAISE NOTICE 'filled: %', refill(); END $$;
