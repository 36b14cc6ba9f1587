ALTER TYPE address RENAME ATTRIBUTE street TO road;
CREATE TYPE made AS (a int, b int);
ALTER TYPE made RENAME ATTRIBUTE b TO c;
