DO $$ BEGIN FOR i IN 1 .. (refill()::int) LOOP NULL; END LOOP; END $$;
