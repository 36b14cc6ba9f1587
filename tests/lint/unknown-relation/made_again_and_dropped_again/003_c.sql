CREATE TABLE ships (id bigint PRIMARY KEY);
