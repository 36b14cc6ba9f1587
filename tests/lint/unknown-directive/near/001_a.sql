CREATE TABLE users (id bigint PRIMARY KEY);
/* godwit:down */
DROP TABLE users;
