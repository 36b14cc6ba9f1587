ALTER TABLE s.t ADD COLUMN id serial;
