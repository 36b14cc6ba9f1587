DROP TABLE users;
DROP TABLE IF EXISTS crm.contacts, "Old Users" CASCADE;
DROP FOREIGN TABLE remote_users;
