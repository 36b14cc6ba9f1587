-- Replaces: 1-2
CREATE TABLE a (id bigint PRIMARY KEY);
