CREATE TABLE o1 (id bigint PRIMARY KEY, email text REFERENCES users (email));
CREATE TABLE o2 (id bigint PRIMARY KEY, bare_id bigint REFERENCES bare);
CREATE TABLE o3 (id bigint PRIMARY KEY, a int, CONSTRAINT a_known FOREIGN KEY (a) REFERENCES users (a));
CREATE TABLE o4 (id bigint PRIMARY KEY, a int, b int);
ALTER TABLE o4 ADD FOREIGN KEY (a, b) REFERENCES users (id, a) NOT VALID;
