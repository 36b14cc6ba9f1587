CREATE DOMAIN user_number AS bigint;
CREATE TABLE o1 (id bigint PRIMARY KEY, user_id user_number REFERENCES users (id), n numeric(10, 2) REFERENCES users (n), m mood REFERENCES users (m));
CREATE TABLE o2 (id varchar(20) PRIMARY KEY);
CREATE TABLE o3 (id bigint PRIMARY KEY, o text REFERENCES o2 (id), at timestamp(3) with time zone REFERENCES users (at));
