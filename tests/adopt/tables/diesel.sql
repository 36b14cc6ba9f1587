-- SPDX-License-Identifier: Apache-2.0
--
-- The table as diesel 2 makes it.
CREATE TABLE __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES ('00000000000000', '2024-02-01 10:00:00');
INSERT INTO __diesel_schema_migrations VALUES ('20240101120000', '2024-02-01 10:00:00.1');
INSERT INTO __diesel_schema_migrations VALUES ('20240102120000', '2024-02-02 10:00:00');
INSERT INTO __diesel_schema_migrations VALUES ('20240103120000', '2024-02-03 10:00:00');
