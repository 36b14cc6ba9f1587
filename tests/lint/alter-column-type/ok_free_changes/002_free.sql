ALTER TABLE t
  ALTER i TYPE int,
  ALTER i2 SET DATA TYPE int4,
  ALTER s TYPE varchar(30),
  ALTER s2 TYPE text,
  ALTER x TYPE varchar,
  ALTER n TYPE numeric(12,2),
  ALTER b TYPE varbit(8),
  ALTER ts TYPE timestamp(6),
  ALTER ti TYPE time,
  ALTER iv TYPE interval,
  ALTER c TYPE inet,
  ALTER d TYPE text,
  ALTER a TYPE int[],
  ALTER m TYPE mood;
ALTER TABLE t ALTER s TYPE text USING s::text, ALTER n TYPE numeric, ALTER b TYPE bit varying, ALTER p TYPE int;
SET timezone = 'UTC';
ALTER TABLE t ALTER ts TYPE timestamptz;
