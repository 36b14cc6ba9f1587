-- Transaction: none
CREATE TABLE IF NOT EXISTS n (id bigint PRIMARY KEY, a bigint REFERENCES a, b bigint REFERENCES b);
