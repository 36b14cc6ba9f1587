DROP INDEX t_pkey;
