CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE events (id int, user_id int) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (2);
