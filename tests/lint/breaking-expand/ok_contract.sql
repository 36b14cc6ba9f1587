-- Phase: contract
ALTER TABLE users DROP COLUMN first_name;
