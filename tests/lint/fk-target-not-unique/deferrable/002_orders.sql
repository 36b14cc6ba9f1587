CREATE TABLE o1 (id bigint PRIMARY KEY, email text REFERENCES users (email));
CREATE TABLE o2 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE o3 (id bigint PRIMARY KEY, name text REFERENCES users (name));
