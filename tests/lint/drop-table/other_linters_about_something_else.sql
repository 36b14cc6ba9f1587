-- squawk-ignore ban-drop-column
DROP TABLE a;
-- eugene: ignore E5, E4
DROP TABLE b;
-- eugenes table: ignore
DROP TABLE c;
-- pgt-ignore lint/safety/banDropColumn
DROP TABLE d;
-- pgt-ignored
DROP TABLE e;
