-- options: revoke=warn
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reporting;
REVOKE writers FROM shop;
