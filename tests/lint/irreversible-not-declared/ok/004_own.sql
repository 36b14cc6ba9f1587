CREATE TABLE scratch (id bigint PRIMARY KEY);
INSERT INTO scratch VALUES (1);
DELETE FROM scratch;
DROP TABLE scratch;
CREATE TABLE notes (id bigint PRIMARY KEY);
-- godwit:down
DROP TABLE notes;
