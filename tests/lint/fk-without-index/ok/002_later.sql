-- godwit:allow(require-concurrent-index) not what this case is about
CREATE INDEX ON orders USING hash (payer_id);
-- godwit:allow(drop-table) not used since release 41
DROP TABLE scratch;
