-- Transaction: none
ALTER TABLE users ALTER COLUMN id TYPE bigint USING id::bigint;
ALTER TABLE users ALTER COLUMN org TYPE bigint USING org::bigint;
