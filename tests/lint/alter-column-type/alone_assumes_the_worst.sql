ALTER TABLE users
  ALTER COLUMN id TYPE bigint,
  ALTER name SET DATA TYPE text COLLATE "C" USING trim(name);
