-- Phase: contract
-- Dependencies: 2

-- godwit:allow(drop-column) release 3 does not read it
ALTER TABLE a DROP COLUMN b;
