CREATE TABLE subscriptions_of_customers_with_their_invoices (
  id bigint PRIMARY KEY,
  the_date_of_the_first_payment_made date UNIQUE,
  the_date_of_the_first_payment_due date UNIQUE,
  short bigint UNIQUE
);
