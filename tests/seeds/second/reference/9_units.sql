-- Description: Units of weight
INSERT INTO units VALUES ('g', 1), ('kg', 1000), ('t', 1000000)
ON CONFLICT (name) DO UPDATE SET factor = EXCLUDED.factor;

-- godwit:verify
SELECT count(*) = 3 FROM units;
