DROP TYPE mood;
DROP SEQUENCE numbers;
DROP FUNCTION touch();
DROP VIEW names;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE users DROP CONSTRAINT users_email_key;
DROP TABLE users;
