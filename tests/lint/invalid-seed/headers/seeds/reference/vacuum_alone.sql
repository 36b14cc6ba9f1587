VACUUM (ANALYZE) countries;
