-- Transaction: none
REINDEX INDEX CONCURRENTLY z4;
