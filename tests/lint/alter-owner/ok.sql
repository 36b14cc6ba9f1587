-- options: alter-owner=warn
CREATE TABLE orders (id bigint PRIMARY KEY);  -- migrated with --role shop_owner
