-- Replaces: 2-3
CREATE TABLE b (id bigint PRIMARY KEY);
