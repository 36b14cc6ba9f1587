CREATE TABLE a (id bigint PRIMARY KEY) WITH (fillfactor = 70, autovacuum_enabled = off);
ALTER TABLE a SET (autovacuum_enabled = 0);
ALTER TABLE a SET (toast.autovacuum_enabled = false);
