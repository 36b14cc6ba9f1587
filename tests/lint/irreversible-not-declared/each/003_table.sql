DROP TABLE old_users;
-- godwit:down
CREATE TABLE old_users (id bigint PRIMARY KEY);
