CREATE INDEX CONCURRENTLY subscriptions_first_invoice ON s (a);
