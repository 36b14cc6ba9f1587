DO $$ BEGIN ASSERT refill(), 'not filled'; END $$;
