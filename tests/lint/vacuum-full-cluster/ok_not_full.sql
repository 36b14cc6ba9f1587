-- Transaction: none
VACUUM events;
VACUUM (FULL false) events;
ANALYZE events;
