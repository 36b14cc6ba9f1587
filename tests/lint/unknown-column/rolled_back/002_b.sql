SAVEPOINT tried;
CREATE TABLE parcels (id bigint PRIMARY KEY);
ROLLBACK TO tried;
CREATE TABLE parcels (number bigint PRIMARY KEY);
INSERT INTO parcels (number) VALUES (1);
