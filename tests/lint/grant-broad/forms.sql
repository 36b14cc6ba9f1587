-- options: grant-broad=warn
GRANT SELECT ON orders TO PUBLIC;
GRANT ALL PRIVILEGES ON orders TO shop;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop;
