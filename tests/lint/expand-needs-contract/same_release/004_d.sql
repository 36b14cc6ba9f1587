-- Phase: expand
-- Dependencies: 3
ALTER TABLE c ADD COLUMN d text;
