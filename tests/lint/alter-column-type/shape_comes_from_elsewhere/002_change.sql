ALTER TABLE part ALTER a TYPE text;
ALTER TABLE copy ALTER a TYPE varchar(20);
ALTER TABLE child ALTER a TYPE int USING a::int, ALTER b TYPE bigint;
