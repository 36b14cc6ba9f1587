CREATE TABLE shops (id bigint PRIMARY KEY, opens time);
