CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE other_mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (id bigint PRIMARY KEY, a text, b boolean, c varchar(40), d timestamptz, e bigint, f mood, g text[], h text, i positive, j text);
CREATE TABLE held (id bigint PRIMARY KEY, a text DEFAULT 'sad', b boolean DEFAULT true, c int DEFAULT '0', d timestamptz DEFAULT now());
CREATE TABLE k (id bigint PRIMARY KEY, a int, b text, c json, d date, e mood, f int[], g positive, h text, i text, j boolean);
CREATE TABLE kept (id bigint PRIMARY KEY, a text DEFAULT 'sad', b mood DEFAULT 'sad', c int DEFAULT 0, d text DEFAULT NULL, e boolean DEFAULT 'true', f text);
