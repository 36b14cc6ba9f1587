-- options: alter-owner=warn
ALTER TABLE orders OWNER TO admin;
