COMMENT ON COLUMN payment_parts.currency IS 'ISO 4217';
CREATE OR REPLACE VIEW payment_parts AS SELECT id, (paid).*, 1 AS one FROM payments;
CREATE UNIQUE INDEX payments_now_key ON payments_now (amount, currency, id);
CREATE VIEW privileges AS
  SELECT c.name, c.privilege
  FROM (SELECT relname, (aclexplode(relacl)).* FROM pg_class) AS c (name, grantor, grantee, privilege, grantable)
  WHERE c.privilege = 'SELECT';
SELECT s.b FROM (SELECT id, (paid).* FROM payments) AS s (id, a, b);
WITH p AS (SELECT (paid).* FROM payments UNION ALL SELECT 1, 'EUR') SELECT p.currency FROM p WHERE p.amount > 1;
WITH moved AS (INSERT INTO payments VALUES (1, ROW (1, 'EUR')) RETURNING (paid).*) SELECT amount FROM moved;
SELECT currency FROM payments_then;
