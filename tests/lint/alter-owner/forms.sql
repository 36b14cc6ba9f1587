-- options: alter-owner=warn
ALTER FUNCTION f() OWNER TO admin;
REASSIGN OWNED BY shop TO admin;
ALTER TABLE orders ADD COLUMN a bigint, OWNER TO admin;
