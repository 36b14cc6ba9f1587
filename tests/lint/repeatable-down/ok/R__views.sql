CREATE OR REPLACE VIEW v AS SELECT id FROM a;
-- godwit:verify
SELECT count(*) >= 0 FROM v;
