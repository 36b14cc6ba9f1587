-- SPDX-License-Identifier: Apache-2.0
--
-- Its README names the table and SHA-256, not the columns; the checksums are sha256sum's of
-- sets/seed003.
CREATE TABLE _schema_migrations (
    version VARCHAR(50) PRIMARY KEY,
    filename VARCHAR(255) NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    applied_at TIMESTAMPTZ DEFAULT now()
);
INSERT INTO _schema_migrations VALUES ('001', 'V001__users.sql',
    '6097bcd5e5ad3f5e5ef9b6ca3bb3f28f4f05c77946402bbb4f669afb4d0060af', '2025-01-01 10:00:00+00');
INSERT INTO _schema_migrations VALUES ('002', 'V002__clients.sql',
    '9b13bfc10e4cc6d4a0c94f758a6119183d30d7a2b8d38f8f162c11eb9c6a8e85', '2025-01-02 10:00:00+00');
INSERT INTO _schema_migrations VALUES ('003', 'V003__team.sql',
    '3a26f47d7a9d3976f60329bb264d479e874aa799898c205ec4614a65b830b69d', '2025-01-03 10:00:00+00');
