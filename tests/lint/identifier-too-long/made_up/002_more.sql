-- godwit:allow-file(require-index-name, require-concurrent-index, add-column-unique, unique-without-index, require-constraint-name) on purpose
ALTER TABLE subscriptions_of_customers_with_their_invoices ADD COLUMN the_date_of_the_first_payment_at date UNIQUE,
  ADD UNIQUE (the_date_of_the_first_payment_due, id);
CREATE INDEX ON subscriptions_of_customers_with_their_invoices (the_date_of_the_first_payment_made, id);
CREATE INDEX ON subscriptions_of_customers_with_their_invoices (the_date_of_the_first_payment_due, id);
CREATE INDEX ON subscriptions_of_customers_with_their_invoices (short, id);
CREATE INDEX ON subscriptions_of_customers_with_their_invoices (short, id) WHERE id > 5;
