CREATE TYPE money_in AS (amount numeric, currency text);
CREATE TABLE payments (id bigint PRIMARY KEY, paid money_in);
CREATE VIEW payment_parts AS SELECT id, (paid).* FROM payments;
CREATE VIEW payment_sums AS SELECT currency, sum(amount) AS total FROM payment_parts GROUP BY currency;
CREATE TABLE payments_then AS SELECT id, (paid).* FROM payments;
CREATE MATERIALIZED VIEW payments_now AS SELECT (p.paid).*, p.id FROM payments p;
