CREATE TABLE t (id bigint PRIMARY KEY, m mood, n crm.mood);
ALTER TYPE mood ADD VALUE 'glad';
INSERT INTO t VALUES (1, 'glad', 'sad');
INSERT INTO t (id, n) VALUES (2, 'glad');
