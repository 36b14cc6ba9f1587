-- options: prefer-bigint=error:all
CREATE TABLE orders (id bigint PRIMARY KEY, quantity int, parts smallint[], total numeric);
