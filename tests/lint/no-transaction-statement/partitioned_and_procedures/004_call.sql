SELECT 1;
CALL work();
