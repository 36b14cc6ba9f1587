-- options: grant-broad=warn
GRANT ALL ON orders TO PUBLIC;
