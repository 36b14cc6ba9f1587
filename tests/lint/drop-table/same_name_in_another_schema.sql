CREATE TABLE crm.users (id int);
DROP TABLE users;
