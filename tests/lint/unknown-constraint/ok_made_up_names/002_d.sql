-- godwit:allow-file(drop-constraint, multi-table-lock) on purpose
ALTER TABLE x1 DROP CONSTRAINT x1_box_excl;
ALTER TABLE n9 DROP CONSTRAINT n9_check;
