-- options: grant-broad=warn
GRANT SELECT, INSERT ON orders TO shop;
