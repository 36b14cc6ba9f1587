CREATE VIEW latest AS SELECT n.id FROM notes n JOIN nots o ON o.id = n.id;
INSERT INTO notse (id) VALUES (1);
-- godwit:allow(rename-table) not what this case is about
ALTER TABLE notes RENAME TO remarks;
CREATE TABLE children (id bigint PRIMARY KEY, note_id bigint REFERENCES notes (id));
COMMENT ON TABLE orders IS 'x';
TRUNCATE orders;
-- godwit:allow(drop-view) not what this case is about
DROP VIEW gone;
