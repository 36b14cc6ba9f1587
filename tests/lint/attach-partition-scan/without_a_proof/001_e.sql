CREATE TABLE events (at date, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE e26 (at date, kind text);
CREATE TABLE e27 (at date NOT NULL CHECK (at >= '2027-02-01' AND at < '2028-01-01'), kind text);
ALTER TABLE e27 ADD CONSTRAINT not_yet CHECK (at >= '2027-01-01') NOT VALID;
CREATE TABLE kinds (kind text) PARTITION BY LIST (kind);
CREATE TABLE k1 (kind text CHECK (kind IN ('a', 'c')));
