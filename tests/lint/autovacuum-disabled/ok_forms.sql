CREATE TABLE a (id bigint PRIMARY KEY) WITH (autovacuum_enabled = true, autovacuum_vacuum_threshold = 0);
ALTER TABLE a RESET (autovacuum_enabled);
