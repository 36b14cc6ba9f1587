-- Idempotency: NO
CREATE TABLE a (id int);
