SELECT set_config('lock_timeout', '1min', true);
DO $$ BEGIN PERFORM set_config('lock_timeout', '20s', true); END $$;
SELECT set_config('lock_timeout', '3s', true);
SELECT set_config('statement_timeout', '1h', true);
