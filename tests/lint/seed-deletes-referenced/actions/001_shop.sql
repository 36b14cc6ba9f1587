CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE currencies (code text PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, country text REFERENCES countries ON DELETE CASCADE);
CREATE INDEX orders_country_idx ON orders (country);
CREATE TABLE visits (id bigint PRIMARY KEY, country text REFERENCES countries ON DELETE SET NULL);
CREATE INDEX visits_country_idx ON visits (country);
CREATE TABLE prices (id bigint PRIMARY KEY, currency text REFERENCES currencies);
CREATE INDEX prices_currency_idx ON prices (currency);
