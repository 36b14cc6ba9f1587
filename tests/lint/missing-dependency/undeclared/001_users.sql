-- Dependencies: None
CREATE TABLE users (id bigint PRIMARY KEY);
