ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT taxed CHECK (tax > 0) NOT VALID;
-- godwit:allow(never-validated) the old rows are left as they are
ALTER TABLE orders ADD CONSTRAINT old CHECK (tax > 1) NOT VALID;
