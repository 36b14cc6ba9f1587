-- Transaction: none
BEGIN;
DELETE FROM a;
ROLLBACK;
