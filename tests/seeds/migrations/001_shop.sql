-- Migration 001: The shop
-- Created: 2026-11-21

CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE units (name text PRIMARY KEY, factor bigint NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE branding (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE lines (id bigint PRIMARY KEY, note text NOT NULL);

-- godwit:down
-- godwit:allow(drop-view) made by the seeds of one release
DROP VIEW IF EXISTS country_names;
DROP TABLE countries, units, users, branding, lines;
