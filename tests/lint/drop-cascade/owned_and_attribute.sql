-- godwit:allow-file(drop-schema, drop-column) beside the point
DROP OWNED BY old_app CASCADE;
ALTER TYPE address DROP ATTRIBUTE zip CASCADE;
DROP OWNED BY old_app;
ALTER TYPE address DROP ATTRIBUTE street;
CREATE TYPE fresh AS (a int, b int);
ALTER TYPE fresh DROP ATTRIBUTE a CASCADE;
