-- migrate:up
CREATE TABLE b (id bigint PRIMARY KEY);
