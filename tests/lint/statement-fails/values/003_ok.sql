-- godwit:allow-file(change-default, ddl-with-backfill) beside the point
ALTER TABLE t ADD COLUMN y1 boolean DEFAULT '0', ADD COLUMN y2 jsonb DEFAULT '{}', ADD COLUMN y3 mood DEFAULT 'ok';
ALTER TABLE t ADD COLUMN y4 text[] DEFAULT '{}', ADD COLUMN y5 date DEFAULT now(), ADD COLUMN y6 text DEFAULT 0;
ALTER TABLE t ALTER COLUMN m SET DEFAULT NULL;
CREATE TABLE m1 (id bigint PRIMARY KEY, m mood CHECK (m <> 'ok'), i int DEFAULT ' 5 ', sm strict_mood DEFAULT 'sad');
INSERT INTO t (id, m, b, j, tz, i, g) VALUES ('1', 'ok', 'yes', '5', 'now', 1.5, DEFAULT), (2, NULL, NULL, NULL, DEFAULT, '5', DEFAULT);
INSERT INTO t (id, s, a[1]) VALUES (3, now(), '7');
INSERT INTO t VALUES (4);
INSERT INTO two VALUES (1), (2);
INSERT INTO two (a, b) SELECT * FROM two WHERE false;
INSERT INTO made (id, s) OVERRIDING SYSTEM VALUE VALUES (10, 'x');
INSERT INTO made (id, s) VALUES (DEFAULT, 'x');
INSERT INTO given (id, s) VALUES (1, 'x');
UPDATE t SET s = i, i = 1.5, b = (i = 1), g = DEFAULT WHERE m IN ('ok', 'sad') OR s = 'happy';
UPDATE t SET m = 'ok' FROM given AS o WHERE o.s = 'happy' AND m::text = 'happy';
UPDATE t SET (i, s) = (SELECT 1, 'x'), m = CASE WHEN b THEN 'ok'::mood ELSE 'sad' END WHERE id = 1;
DELETE FROM t WHERE EXISTS (SELECT FROM given AS m WHERE s = 'happy');
SELECT '5'::text::int, true::int, 1::boolean, 'ok'::mood, 'f'::boolean;
