-- atlas:nolint destructive

DROP TABLE a;
DROP TABLE b;
