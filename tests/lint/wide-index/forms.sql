CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c bigint, d bigint, e bigint, f text);
CREATE INDEX a_five ON a (b, c, d, e, lower(f));
