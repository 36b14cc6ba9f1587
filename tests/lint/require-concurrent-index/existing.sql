CREATE INDEX users_email ON users (email);
CREATE UNIQUE INDEX IF NOT EXISTS users_name ON crm.users USING btree (lower(name)) WHERE active;
CREATE INDEX ON "Old Users" (id);
