CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE VIEW latest AS SELECT id FROM notes;
