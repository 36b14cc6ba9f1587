-- Dependencies: 1
ALTER TABLE users ADD COLUMN plan text;
