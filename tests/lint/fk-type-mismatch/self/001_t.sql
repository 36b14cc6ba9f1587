CREATE TABLE a (id bigint PRIMARY KEY, parent text REFERENCES a, other int REFERENCES a (id), same bigint REFERENCES a);
