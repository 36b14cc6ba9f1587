-- of another migration: its policies are not known
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE TABLE a (id bigint PRIMARY KEY);
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN CREATE POLICY p ON a USING (true); END $$;
