ALTER FUNCTION total(int) SET SCHEMA billing;
ALTER PROCEDURE settle() SET SCHEMA billing;
ALTER TYPE mood SET SCHEMA billing;
ALTER DOMAIN amount SET SCHEMA billing;
ALTER EXTENSION citext SET SCHEMA extensions;
CREATE TYPE fresh AS ENUM ('a');
ALTER TYPE fresh SET SCHEMA billing;
