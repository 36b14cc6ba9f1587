-- options: transaction=none
SET work_mem = '1GB';
REINDEX TABLE CONCURRENTLY a;
