MERGE INTO orders o USING users u ON o.id = u.id
  WHEN NOT MATCHED THEN INSERT (id, u) VALUES (u.id, u.id);
ALTER TABLE orders ADD COLUMN b int;
