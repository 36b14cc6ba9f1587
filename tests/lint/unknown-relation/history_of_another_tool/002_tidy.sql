DELETE FROM migrations WHERE name = 'an older name';
DO $$ BEGIN
  IF EXISTS (SELECT FROM public."SequelizeMeta") THEN
    RAISE EXCEPTION 'the older service is still migrated by its own tool';
  END IF;
END $$;
DELETE FROM migration WHERE name = 'not where any tool keeps it';
