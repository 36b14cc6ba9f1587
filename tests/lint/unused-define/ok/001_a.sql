-- Migration 001: ${anything} in a comment is prose
CREATE SCHEMA "${schema}"; CREATE TABLE ${schema}.users (id bigint PRIMARY KEY, ${columns});
INSERT INTO ${schema}.users (id, note) VALUES (1, '${schema}');
