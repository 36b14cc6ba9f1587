ALTER TYPE address DROP ATTRIBUTE street;
CREATE TYPE made AS (a int, b int);
ALTER TYPE made DROP ATTRIBUTE b;
