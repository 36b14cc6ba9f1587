-- Transaction: none
VACUUM FULL events;
VACUUM (FULL, ANALYZE) events;
CLUSTER events USING events_at;
