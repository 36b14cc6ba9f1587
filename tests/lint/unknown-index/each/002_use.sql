CREATE INDEX users_plan ON users (plan);
ALTER TABLE users DROP COLUMN plan;
DROP INDEX users_plan;
DROP INDEX users_name_idx;
ALTER TABLE users ADD CONSTRAINT users_u UNIQUE USING INDEX users_unique;
