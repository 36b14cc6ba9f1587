-- options: fixed-schema=warn
ALTER TABLE notes SET SCHEMA app;
