ALTER TABLE users
  ADD COLUMN token uuid DEFAULT gen_random_uuid(),
  ADD COLUMN at timestamptz DEFAULT clock_timestamp(),
  ADD COLUMN n float DEFAULT (1 + random()),
  ADD COLUMN o int DEFAULT my_function(),
  ADD COLUMN p int DEFAULT nextval('s');
