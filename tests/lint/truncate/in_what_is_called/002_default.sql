DO $$ DECLARE done boolean := refill(); BEGIN END $$;
