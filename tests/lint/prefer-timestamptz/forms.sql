-- options: require-primary-key=off
CREATE TABLE a (b timestamp without time zone, c timestamp(3), d timestamp[], e date, f time);
ALTER TABLE a ADD COLUMN g timestamp DEFAULT now();
ALTER TABLE a ALTER COLUMN e TYPE timestamp;
