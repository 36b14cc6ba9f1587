-- Transaction: none
SET lock_timeout = '1s';
DROP DATABASE IF EXISTS "Old CRM" WITH (FORCE);
