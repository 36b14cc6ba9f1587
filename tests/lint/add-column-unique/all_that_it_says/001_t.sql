CREATE SCHEMA s;
CREATE TABLE s.t (id bigint PRIMARY KEY);
CREATE TABLE s.bare (id bigint);
