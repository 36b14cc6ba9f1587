ALTER TABLE t ALTER ts TYPE timestamptz, ALTER s TYPE varchar;
