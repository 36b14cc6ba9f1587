-- godwit:allow(require-concurrent-index) small
CREATE INDEX i ON t (a);
