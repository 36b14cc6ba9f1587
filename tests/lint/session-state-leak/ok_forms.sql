-- options: require-primary-key=off
SET LOCAL work_mem = '1GB';
SET lock_timeout = '1s';
SET client_min_messages = warning;
SET check_function_bodies = off;
SET maintenance_work_mem = '1GB';
RESET maintenance_work_mem;
PREPARE p AS SELECT 1;
EXECUTE p;
DEALLOCATE p;
CREATE TEMP TABLE a (id bigint) ON COMMIT DROP;
CREATE TEMP TABLE b (id bigint);
DROP TABLE b;
