CREATE TABLE o1 (id bigint PRIMARY KEY, user_id text REFERENCES users (id));
CREATE TABLE o2 (id bigint PRIMARY KEY, user_id int REFERENCES users);
CREATE TABLE o3 (id bigint PRIMARY KEY, m text, FOREIGN KEY (m) REFERENCES users (m));
CREATE TABLE o4 (id bigint PRIMARY KEY, user_id uuid);
ALTER TABLE o4 ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
ALTER TABLE o4 ADD COLUMN n double precision, ADD FOREIGN KEY (n) REFERENCES users (n) NOT VALID;
ALTER TABLE o4 ADD COLUMN day date, ADD FOREIGN KEY (day) REFERENCES users (at) NOT VALID;
