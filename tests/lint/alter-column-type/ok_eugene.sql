-- eugene: ignore E5, E4
-- causes a rewrite, on a table of ten rows
ALTER TABLE prices ALTER price SET DATA TYPE bigint;
