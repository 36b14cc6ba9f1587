-- options: fixed-schema=warn session-state-leak=off
SET search_path = public;
SET LOCAL Search_Path TO app, public;
RESET search_path;
RESET ALL;
SELECT pg_catalog.set_config('search_path', 'public', true);
SET LOCAL lock_timeout = '1s';
SELECT set_config('work_mem', '64MB', true);
