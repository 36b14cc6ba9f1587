SET search_path = app;
CREATE TABLE users (id bigint PRIMARY KEY);
