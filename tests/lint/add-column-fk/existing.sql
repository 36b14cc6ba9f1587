ALTER TABLE orders
  ADD COLUMN user_id bigint REFERENCES crm.users (id),
  ADD COLUMN region int NOT NULL DEFAULT 1 REFERENCES regions;
