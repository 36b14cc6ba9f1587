-- Phase: expand
ALTER TABLE users ADD COLUMN full_name text;
ALTER TABLE users DROP COLUMN first_name;
