SELECT set_config('search_path', 'crm', true);
SELECT pg_catalog.set_config('search_path', '', false);
SELECT set_config('lock_timeout', '1s', false);
SELECT set_config(name, 'crm', false) FROM pg_settings WHERE name = 'search_path';
