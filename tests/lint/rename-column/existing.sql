ALTER TABLE users RENAME COLUMN mail TO email;
ALTER TABLE crm.users RENAME "Mail" TO email;
