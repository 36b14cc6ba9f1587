CREATE TABLE users (id bigint PRIMARY KEY);
CREATE FUNCTION late() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM orders); END';
