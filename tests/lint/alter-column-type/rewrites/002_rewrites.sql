ALTER TABLE t
  ALTER i TYPE bigint,
  ALTER s TYPE varchar(10),
  ALTER s2 TYPE varchar(10),
  ALTER x TYPE varchar(10),
  ALTER n TYPE numeric(12,3),
  ALTER b TYPE varbit(3),
  ALTER ts TYPE timestamp(0),
  ALTER tz TYPE timestamp,
  ALTER ti TYPE time(0) USING '00:00',
  ALTER c TYPE text,
  ALTER ch TYPE text,
  ALTER j TYPE jsonb USING j::jsonb,
  ALTER a TYPE bigint[],
  ALTER m TYPE text,
  ALTER i2 TYPE positive,
  ALTER bi TYPE bit(5);
ALTER TABLE t ALTER i2 TYPE int USING i2 + 1;
