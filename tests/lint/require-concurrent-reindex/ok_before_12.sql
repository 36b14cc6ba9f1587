-- options: postgres=11
REINDEX TABLE t;
REINDEX INDEX i;
