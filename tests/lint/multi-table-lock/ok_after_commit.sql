ALTER TABLE users ADD COLUMN plan text;
COMMIT;
ALTER TABLE orders ADD COLUMN plan text;
