CREATE SEQUENCE ticket_numbers;
CREATE TABLE tickets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number bigint);
