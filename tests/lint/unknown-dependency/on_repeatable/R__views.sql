-- Dependencies: R__base, 1
CREATE OR REPLACE VIEW v AS SELECT id FROM base;
