SET ROLE owner;
CREATE TEMP TABLE moved (id bigint);
