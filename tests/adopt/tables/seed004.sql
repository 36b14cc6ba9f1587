-- SPDX-License-Identifier: Apache-2.0
--
-- The columns that its README prints; the rows of another store are there too.
CREATE TABLE schema_migrations (
    database_type VARCHAR(50),
    migration_file VARCHAR(255),
    applied_at TIMESTAMP DEFAULT now(),
    checksum VARCHAR(64),
    PRIMARY KEY (database_type, migration_file)
);
INSERT INTO schema_migrations VALUES ('postgres', '001_users.up.sql', '2025-10-12 18:29:00',
    '6097bcd5e5ad3f5e5ef9b6ca3bb3f28f4f05c77946402bbb4f669afb4d0060af');
INSERT INTO schema_migrations VALUES ('postgres', '002_clients.up.sql', '2025-10-12 18:29:01',
    '9b13bfc10e4cc6d4a0c94f758a6119183d30d7a2b8d38f8f162c11eb9c6a8e85');
INSERT INTO schema_migrations VALUES ('postgres', '003_team.up.sql', '2025-10-12 18:29:02',
    '3a26f47d7a9d3976f60329bb264d479e874aa799898c205ec4614a65b830b69d');
INSERT INTO schema_migrations VALUES ('timescaledb', '001_episodic_memories.sql', '2025-10-12 18:29:55', 'def456');
