CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c bigint, d bigint, e bigint);
CREATE UNIQUE INDEX a_unique ON a (b, c, d, e);
CREATE INDEX a_three ON a (b, c, d) INCLUDE (e);
CREATE INDEX a_gin ON a USING gin (b, c, d, e);
