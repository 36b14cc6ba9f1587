ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);
ALTER TABLE crm.orders
  ADD COLUMN a int,
  ADD CHECK (a < 3);
