-- Replaces: 1
CREATE TABLE a (id bigint PRIMARY KEY);
