CREATE TABLE notes (id bigint PRIMARY KEY, a int);
CREATE INDEX notes_a ON notes (a);
-- godwit:down
DROP INDEX notes_a;
DROP TABLE notes;
