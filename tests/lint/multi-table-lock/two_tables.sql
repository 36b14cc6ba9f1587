ALTER TABLE users ADD COLUMN plan text;
ALTER TABLE orders ADD COLUMN plan text;
ALTER TABLE shops ADD COLUMN plan text;
