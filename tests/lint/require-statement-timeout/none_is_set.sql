-- options: require-statement-timeout=warn
ALTER TABLE users ADD COLUMN plan text;
