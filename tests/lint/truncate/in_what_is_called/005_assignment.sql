DO $$ DECLARE done boolean; BEGIN done := refill(); END $$;
