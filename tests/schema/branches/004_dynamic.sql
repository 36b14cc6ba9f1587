-- Dependencies: 1
DO $$ BEGIN EXECUTE format('ALTER TABLE %I ALTER body SET NOT NULL', reverse('seton')); END $$;
