-- godwit:allow-file(transaction-control) looked at
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
COMMIT;
ALTER TABLE orders VALIDATE CONSTRAINT positive;
