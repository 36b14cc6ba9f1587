-- SPDX-License-Identifier: Apache-2.0
--
-- The table as its README gives it; the checksums are sha256sum's of sets/seed000.
CREATE TABLE schema_migrations (
    id SERIAL PRIMARY KEY,
    migration_name VARCHAR(255) UNIQUE NOT NULL,
    migration_number INTEGER NOT NULL,
    executed_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    checksum VARCHAR(64) NOT NULL,
    description TEXT,
    execution_time_ms INTEGER
);
INSERT INTO schema_migrations (migration_name, migration_number, executed_at, checksum, description,
    execution_time_ms) VALUES ('001_users', 1, '2025-01-01 10:00:00+00',
    '9aea7408c1a5d60e1351770f8f0ae747e44af11a1efa7bac18de7000677bac07', 'Users', 5);
INSERT INTO schema_migrations (migration_name, migration_number, executed_at, checksum, description,
    execution_time_ms) VALUES ('007_clients', 7, '2025-01-02 10:00:00+00',
    '20b57a5dcb59acadfcbde828d94052cbb4ce2bff57f9f3ba8e48c8a705292542', 'Clients', 6);
INSERT INTO schema_migrations (migration_name, migration_number, executed_at, checksum, description,
    execution_time_ms) VALUES ('010_team', 10, '2025-01-03 10:00:00+00',
    'db66b26aaf23aced21f78f7ae64e0fd3e9480f5b179d97fe80b78cbb6a27b2d8', 'Teams of clients', 7);
