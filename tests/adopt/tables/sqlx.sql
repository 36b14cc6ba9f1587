-- SPDX-License-Identifier: Apache-2.0
--
-- The table as sqlx 0.8 makes it; the checksums are sha384sum's of sets/sqlx.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES (20240101120000, 'users', '2024-02-01 10:00:00+00', true,
    '\xf90e787c83642fd55dad3d9e5a89e521ae72a705f93c0e24ae5f25f23aeb4f194b05bcac0bc6dbbec333574097ef8292', 12345678);
INSERT INTO _sqlx_migrations VALUES (20240102120000, 'clients', '2024-02-02 10:00:00+00', true,
    '\xfd458e44f3190ee04d101ede0ad6ab797ca0b3cc1061563cacc33f915e99730b53a8a822e5463ffe218f1fdfb6de303f', 2345678);
INSERT INTO _sqlx_migrations VALUES (20240103120000, 'team', '2024-02-03 10:00:00+00', true,
    '\xdad93566049f644b1e0ea7c7d92f6237caa170ac1ed6655e21edef8b705a8a97aa8a2114bc87f0de0932fdce8d26d7fd', 999);
