SELECT set_config('lock_timeout', '0', true);
ALTER TABLE t ADD COLUMN a int;
