-- Dependencies: R__nothing
CREATE OR REPLACE VIEW base AS SELECT id FROM a;
