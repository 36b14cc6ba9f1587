ALTER TABLE t ALTER a TYPE bigint, ALTER d TYPE varchar(5), ALTER e TYPE varchar(8)[], ALTER g TYPE timestamp(6)[];
