-- Transaction: none
CREATE TEMP TABLE moved (id bigint);
CREATE TEMP TABLE dropped (id bigint);
DROP TABLE IF EXISTS dropped;
