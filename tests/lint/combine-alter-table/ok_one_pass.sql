ALTER TABLE users ALTER COLUMN id TYPE bigint USING id::bigint, ALTER COLUMN org TYPE bigint USING org::bigint;
