ALTER TABLE users DROP CONSTRAINT users_mail_key;
ALTER TABLE users VALIDATE CONSTRAINT plan_known;
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users RENAME CONSTRAINT nothing TO something;
