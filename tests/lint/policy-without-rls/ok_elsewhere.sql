CREATE POLICY p ON notes USING (true);
