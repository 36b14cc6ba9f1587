-- squawk-ignore ban-drop-table
DROP TABLE a;
-- atlas:nolint destructive
DROP TABLE b;
-- atlas:nolint DS102
DROP TABLE c;
-- pgt-ignore lint/safety/banDropTable: not used any more
DROP TABLE d;
-- pgls-ignore lint/safety
DROP TABLE e;
-- eugene: ignore
DROP TABLE f;
