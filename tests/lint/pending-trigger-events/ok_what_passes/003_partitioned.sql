INSERT INTO parts VALUES (1, 1);
ALTER TABLE parts OWNER TO app;
ALTER TABLE parts DETACH PARTITION parts_2;
CREATE INDEX parts_by_id_u ON ONLY parts (id, u);
