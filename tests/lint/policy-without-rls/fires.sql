CREATE TABLE notes (id bigint PRIMARY KEY, author text);
CREATE POLICY own ON notes USING (author = current_user);
