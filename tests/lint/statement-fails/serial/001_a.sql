CREATE TABLE parcels (id bigint PRIMARY KEY, number int NOT NULL);
