-- options: change-default=warn
CREATE TABLE a (id bigint PRIMARY KEY, b bigint);
ALTER TABLE a ALTER COLUMN b SET DEFAULT 1;
