LOCK TABLE over_v IN SHARE MODE;
COMMENT ON CONSTRAINT t_pkey ON t IS 'takes no lock that anybody waits for';
