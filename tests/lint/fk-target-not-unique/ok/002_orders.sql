CREATE TABLE o1 (id bigint PRIMARY KEY, user_id bigint REFERENCES users, parent bigint REFERENCES o1 (id), n numeric REFERENCES users (n));
CREATE INDEX ON o1 (user_id);
CREATE INDEX ON o1 (parent);
CREATE INDEX ON o1 (n);
CREATE TABLE o2 (id bigint PRIMARY KEY, a int, b int, FOREIGN KEY (b, a) REFERENCES users (b, a));
CREATE INDEX ON o2 (a, b);
ALTER TABLE bare ADD PRIMARY KEY (id);
CREATE TABLE o3 (id bigint PRIMARY KEY REFERENCES bare);
