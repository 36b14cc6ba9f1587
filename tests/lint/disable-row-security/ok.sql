DROP POLICY own ON notes;
CREATE POLICY own ON notes USING (author = current_user);
