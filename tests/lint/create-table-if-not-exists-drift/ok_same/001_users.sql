CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(20), at timestamp with time zone);
