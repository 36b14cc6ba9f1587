-- options: drop-table=off drop-schema=off drop-extension=off drop-function=off drop-type=off drop-sequence=off drop-constraint=off drop-column=off require-concurrent-drop-index=off multi-table-lock=off statement-after-exclusive-lock=off
DROP TABLE a, b CASCADE;
DROP SCHEMA crm CASCADE;
DROP EXTENSION hstore CASCADE;
DROP PROCEDURE p() CASCADE;
DROP DOMAIN d CASCADE;
DROP INDEX i CASCADE;
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;
ALTER TABLE t DROP COLUMN c CASCADE;
