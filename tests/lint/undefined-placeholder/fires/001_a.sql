-- Migration 001: ${anything} in a comment is prose
-- Purpose: places behind a value
CREATE TABLE ${schema}.users (id bigint PRIMARY KEY, note text DEFAULT '${shema}');
SELECT 1 + ${tabel} AS x, ${schema} FROM ${schema}.users WHERE ${schema}.nothing;
SELECT ${} ${1x} , ${schema FROM;
