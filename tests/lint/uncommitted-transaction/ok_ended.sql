-- Transaction: none
BEGIN;
DELETE FROM a WHERE x = 1;
ROLLBACK;
