-- Description: Units of weight
INSERT INTO units VALUES ('g', 1), ('kg', 1000)
ON CONFLICT (name) DO UPDATE SET factor = EXCLUDED.factor;

-- godwit:verify
SELECT count(*) = 2 FROM units;
