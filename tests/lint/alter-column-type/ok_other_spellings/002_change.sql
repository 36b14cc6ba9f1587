ALTER TABLE t ALTER a TYPE int, ALTER b TYPE oid, ALTER c TYPE int, ALTER d TYPE text, ALTER e TYPE varchar[], ALTER f TYPE numeric[], ALTER g TYPE timestamp[];
