CREATE TABLE users (id int, note text);
