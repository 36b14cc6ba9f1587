-- options: naming-convention=warn:index=^ix_,table=^[a-z_]+s$
CREATE SCHEMA "App";
CREATE TABLE users (id bigint PRIMARY KEY, "firstName" text);
CREATE INDEX ix_users ON users (id);
