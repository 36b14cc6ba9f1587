INSERT INTO orders VALUES (1, 1);
ALTER TABLE orders RENAME CONSTRAINT orders_u TO orders_user;
COMMENT ON TABLE orders IS $$what was sold$$;
REINDEX TABLE orders;
