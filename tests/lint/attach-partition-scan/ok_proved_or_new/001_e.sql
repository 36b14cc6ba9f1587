CREATE TABLE events (at date, kind text) PARTITION BY RANGE (at);
CREATE TABLE e26 (at date NOT NULL CHECK (at >= '2026-01-01' AND at < '2027-01-01'), kind text);
CREATE TABLE e27 (at date CONSTRAINT bound CHECK (at IS NOT NULL AND at >= '2027-02-01' AND at < '2027-12-01'), kind text);
CREATE TABLE kinds (kind text) PARTITION BY LIST (kind);
CREATE TABLE k1 (kind text NOT NULL CHECK (kind IN ('a', 'b')));
CREATE TABLE k2 (kind text NOT NULL CHECK (kind = 'c'));
