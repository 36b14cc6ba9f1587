-- options: change-default=error
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open', ALTER COLUMN b SET DEFAULT 1;
CREATE TABLE a (id bigint PRIMARY KEY, b bigint);
ALTER TABLE a ALTER COLUMN b SET DEFAULT 1;
