-- options: analyze-after-backfill=warn
UPDATE users SET plan = 'free' WHERE plan IS NULL;
INSERT INTO sums SELECT plan, count(*) FROM users GROUP BY plan;
