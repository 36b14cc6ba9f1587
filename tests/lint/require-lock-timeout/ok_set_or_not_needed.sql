-- options: require-lock-timeout=warn
CREATE TABLE t (a int);
ALTER TABLE t ADD COLUMN b int;
INSERT INTO users VALUES (1);
SELECT set_config('lock_timeout', '2s', true);
ALTER TABLE users ADD COLUMN plan text;
