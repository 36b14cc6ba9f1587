-- godwit:allow-file(require-concurrent-index, add-column-generated-stored, combine-alter-table, require-primary-key, alter-column-type, prefer-timestamptz, volatile-check, wide-index, create-table-if-not-exists-drift) beside the point
CREATE INDEX k1 ON t (a) WHERE tz > '2024-01-01' AND d > 'today';
CREATE INDEX k2 ON t (((tz AT TIME ZONE 'UTC')::date), (ts::date), date_trunc('day', ts));
CREATE INDEX k3 ON t ((extract(year FROM ts)), (extract(year FROM d)));
CREATE INDEX k4 ON t ((b::int), (a::text), (b || a), ((j ->> 'x')::uuid));
CREATE INDEX k5 ON t USING gin (to_tsvector('english', coalesce(b, '')));
CREATE INDEX k6 ON t (inlined(a), made_immutable(a), format(a));
CREATE INDEX k7 ON t ((tz - tz), (ts + interval '1 day')) WHERE tz < tz AND ts < d;
ALTER TABLE t ADD COLUMN h1 date GENERATED ALWAYS AS ((tz AT TIME ZONE 'UTC')::date) STORED;
ALTER TABLE t ADD COLUMN h2 text GENERATED ALWAYS AS (d) STORED;
ALTER TABLE later ALTER COLUMN tz TYPE timestamp, ADD COLUMN h3 date GENERATED ALWAYS AS (tz::date) STORED;
CREATE TABLE m1 (id bigint, at timestamp) PARTITION BY RANGE (date_trunc('month', at));
CREATE TABLE m2 (id bigint PRIMARY KEY, at timestamptz DEFAULT now() CHECK (at < now()), b text DEFAULT 'none', d date DEFAULT CURRENT_DATE);
ALTER TABLE t ADD COLUMN IF NOT EXISTS b text DEFAULT "none";
CREATE TABLE IF NOT EXISTS t (b text DEFAULT "none");
