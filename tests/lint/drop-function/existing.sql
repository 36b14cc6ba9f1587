DROP FUNCTION total(int, text), crm.sum;
DROP PROCEDURE p();
