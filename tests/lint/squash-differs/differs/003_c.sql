-- Dependencies: 2
CREATE TABLE c (id bigint PRIMARY KEY);
