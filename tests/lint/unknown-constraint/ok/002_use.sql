ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key;
ALTER TABLE users ADD CHECK (plan <> '') NOT VALID;
ALTER TABLE users RENAME CONSTRAINT users_plan_check TO plan_given;
