UPDATE a SET x = 1 WHERE 1 = 1;
UPDATE b SET x = 1 WHERE NOT false;
UPDATE c SET x = 1 WHERE 't';
UPDATE d SET x = 1 WHERE true OR id = 1;
UPDATE e SET x = 1 WHERE 'on'::boolean AND 2 > 1;
UPDATE f SET x = 1 WHERE NULL IS NULL;
UPDATE g SET x = 1 WHERE (1 <> 2) IS TRUE;
UPDATE h SET x = 1 WHERE 'a' = 'a';
