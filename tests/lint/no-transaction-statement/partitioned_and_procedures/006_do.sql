DO $$ BEGIN CALL work(); END $$;
