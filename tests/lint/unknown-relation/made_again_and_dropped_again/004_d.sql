DROP TABLE ships;
SELECT id FROM ships;
