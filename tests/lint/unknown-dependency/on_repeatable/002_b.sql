-- Dependencies: 1, R__views
CREATE TABLE b (id bigint PRIMARY KEY);
