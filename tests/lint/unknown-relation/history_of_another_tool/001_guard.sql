CREATE SCHEMA crm;
CREATE TABLE crm._sqlx_migrations (LIKE public._sqlx_migrations INCLUDING ALL);
CREATE TABLE crm.people (id bigint PRIMARY KEY);
COMMENT ON TABLE crm.leads IS 'made below';
CREATE TABLE crm.leads (id bigint PRIMARY KEY);
