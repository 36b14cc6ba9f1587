CREATE EXTENSION citext;
CREATE TABLE t (id bigint PRIMARY KEY, a text, b citext, c varchar(20), d citext);
